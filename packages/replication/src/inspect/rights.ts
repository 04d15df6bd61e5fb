// Turns PostgreSQL's "permission denied" into the one statement that grants what is missing.
import { ReplicationError } from '../errors.ts';
import { messageOf, sqlState } from '../postgres/failure.ts';

const originFunctions =
  'pg_replication_origin_create(text), pg_replication_origin_oid(text), pg_replication_origin_session_setup(text), pg_replication_origin_drop(text)';

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /session_replication_role/,
    'GRANT SET ON PARAMETER session_replication_role TO <role>; (PostgreSQL 15 and later; before that the role must be superuser)',
  ],
  [/pg_replication_origin/, `GRANT EXECUTE ON FUNCTION ${originFunctions} TO <role>;`],
  [/replication slots|start WAL sender|REPLICATION attribute|replication role/i, 'ALTER ROLE <role> REPLICATION;'],
  [/permission denied for database/, 'GRANT CREATE ON DATABASE <database> TO <role>;'],
  [
    /must be owner of (table|relation)|permission denied for table/,
    'GRANT <owner of the table> TO <role>; (only an owner may publish a table or put a fence on it)',
  ],
  [/permission denied for schema (\S+)/, 'GRANT USAGE ON SCHEMA <schema> TO <role>;'],
  [/permission denied for sequence/, 'GRANT SELECT, UPDATE ON SEQUENCE <sequence> TO <role>;'],
  [/pg_control_system/, 'GRANT EXECUTE ON FUNCTION pg_control_system() TO <role>;'],
];

/** The statement that gives the right a message asks for. */
function remedyFor(message: string): string | undefined {
  return remedies.find(([pattern]) => pattern.test(message))?.[1];
}

/** Runs `work`; a missing right becomes REPLICATION_RIGHT_MISSING with the GRANT that cures it, hidden rows REPLICATION_ROW_SECURITY. */
export async function withRightsExplained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainRights(error);
  }
}

export function explainRights(error: unknown): unknown {
  if (sqlState(error) !== '42501') return error;
  const message = messageOf(error);
  if (/row-level security/.test(message)) {
    return new ReplicationError('REPLICATION_ROW_SECURITY', `Row security would hide rows from this role: ${message}.`, { cause: error });
  }
  const fix = remedyFor(message);
  return new ReplicationError(
    'REPLICATION_RIGHT_MISSING',
    `The role lacks a right: ${message}.${fix === undefined ? '' : ` Needed: ${fix}`}`,
    {
      cause: error,
      ...(fix === undefined ? {} : { fix: `As a superuser: ${fix}` }),
    },
  );
}
