// Names of tables and columns: taken apart, quoted, never trusted.
import { escapeIdentifier } from 'pg';
import { ReplicationError } from '../errors.ts';

export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** Takes `schema.table` apart; a name without a schema is in `public`. Names with a dot inside are not supported. */
export function parseTableName(name: string): TableName {
  const parts = name.split('.');
  const [first, second] = parts;
  if (parts.length > 2 || first === undefined || first === '' || second === '') {
    throw new ReplicationError('REPLICATION_OPTION_INVALID', `"${name}" is not a table name of the form schema.table.`);
  }
  return second === undefined ? { schema: 'public', table: first } : { schema: first, table: second };
}

export function quoteTable(name: string): string {
  const { schema, table } = parseTableName(name);
  return `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
}

/** Stream names become names of slots, origins, publications and tables, so they are kept to what all of them accept. */
export function checkStreamName(name: string): string {
  if (!/^[a-z][a-z0-9_]{0,39}$/.test(name)) {
    throw new ReplicationError(
      'REPLICATION_OPTION_INVALID',
      `Stream name "${name}" must be 1 to 40 of a-z, 0-9, _ and begin with a letter.`,
    );
  }
  return name;
}
