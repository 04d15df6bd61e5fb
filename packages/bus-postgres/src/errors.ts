/** What can go wrong with the bus on PostgreSQL beyond what every broker shares, each with a stable code and what to do about it. */

export interface BusPostgresFault {
  readonly summary: string;
  readonly fix: string;
}

export const busPostgresFaults = {
  BUS_POSTGRES_SUBSCRIPTION_INVALID: {
    summary: 'A subscription is asked for with a group name or types that cannot be.',
    fix: 'Name the group with lower-case letters, digits and `-`, and name at least one event type',
  },
  BUS_POSTGRES_FEED_HELD_BACK: {
    summary: 'A group cannot begin now, because an open append holds the feed back.',
    fix: 'End the session that the message names: select pg_terminate_backend(pid), then subscribe again',
  },
} as const satisfies Record<string, BusPostgresFault>;

export type BusPostgresErrorCode = keyof typeof busPostgresFaults;

/** A fault of this driver: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class BusPostgresError extends Error {
  readonly code: BusPostgresErrorCode;
  readonly fix: string;

  constructor(code: BusPostgresErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'BusPostgresError';
    this.code = code;
    this.fix = busPostgresFaults[code].fix;
  }
}
