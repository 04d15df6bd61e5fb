/** Why a service does not start, or stops: each with a stable code and what to do about it. */

export interface ServiceFault {
  readonly summary: string;
  readonly fix: string;
}

export const serviceFaults = {
  SERVICE_SETTINGS_INVALID: {
    summary: 'Settings in the environment are missing or wrong; all of them are listed.',
    fix: 'Set the variables named in the message; the README of the service lists all of them',
  },
  SERVICE_DATABASE_UNREACHABLE: {
    summary: 'The database did not answer within the time allowed at start.',
    fix: 'Check that the server in DATABASE_URL runs and accepts this user: psql "$DATABASE_URL" -c "select 1"',
  },
  SERVICE_DATABASE_REFUSED: {
    summary: 'The database answered and refuses this user, password or database name.',
    fix: 'Correct DATABASE_URL, or create the role and the database it names',
  },
  SERVICE_SCHEMA_INVALID: {
    summary: 'The numbered schema changes are not a sequence 001, 002, 003 of .sql files.',
    fix: 'Rename the files so that every number from 001 on appears once: 001-users.sql, 002-…',
  },
  SERVICE_SCHEMA_CHANGED: {
    summary: 'A schema change that the database has already taken differs from its file.',
    fix: 'Restore the file as it was and put the difference into a new one with the next number',
  },
  SERVICE_SCHEMA_FAILED: {
    summary: 'A schema change was refused by the database; nothing of it was kept.',
    fix: 'Read the cause in the message, correct the file or the rights of the role, and start again',
  },
  SERVICE_DATABASE_REPLACED: {
    summary: 'The tables of the running service are gone: its database was lost, and an empty one answers in its place.',
    fix: 'Nothing for the service: started again, it creates its tables. If it owned them: banyan back <extraction> --lost --reason "<why>"',
  },
  SERVICE_BROKER_UNKNOWN: {
    summary: 'The URL of the broker names none that a driver is installed for.',
    fix: 'Correct BROKER_URL, or install the driver that the message names beside the service',
  },
  SERVICE_INTERNAL_UNDECLARED: {
    summary: 'What other services may ask has no contract, or one that does not say which of them may.',
    fix: 'Declare it with internalEndpoint() of @banyan/contract, with its callers, and give its handler that contract',
  },
  SERVICE_NEIGHBOUR_AWAY: {
    summary: 'A service that this one reads from gives no answer, or was left alone because it has given none lately.',
    fix: 'Look at the named service: its /health/ready and its log; it is asked again by itself',
  },
  SERVICE_PORT_TAKEN: {
    summary: 'A port of the service is used by another program.',
    fix: 'Find it with `ss -ltnp`, stop it, or set PORT and INTERNAL_PORT to free ones',
  },
} as const satisfies Record<string, ServiceFault>;

export type ServiceErrorCode = keyof typeof serviceFaults;

/** A service that cannot run: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class ServiceError extends Error {
  readonly code: ServiceErrorCode;
  readonly fix: string;

  constructor(code: ServiceErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ServiceError';
    this.code = code;
    this.fix = serviceFaults[code].fix;
  }
}
