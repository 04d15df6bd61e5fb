// Rows whose foreign key points at nothing: possible after writes in the replica role, refused before a side is opened.
import { type Client, escapeIdentifier } from 'pg';
import { ReplicationError } from '../errors.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import { type ForeignKey, loadForeignKeys } from './foreign-keys.ts';

export interface DanglingReference {
  readonly constraint: string;
  readonly table: string;
  readonly referencedTable: string;
  /** Rows found, counted up to 1 000. */
  readonly rows: number;
}

/** Checks every foreign key that touches the tables, from either end, by an anti-join. */
export async function findDanglingReferences(session: Client, tables: readonly string[]): Promise<DanglingReference[]> {
  const dangling: DanglingReference[] = [];
  for (const key of await loadForeignKeys(session, tables)) {
    const found = await session.query<{ rows: string }>(`select count(*)::text as rows from (${antiJoin(key)} limit 1000) as dangling`);
    const rows = Number(found.rows[0]?.rows ?? 0);
    if (rows > 0) dangling.push({ constraint: key.name, table: key.table, referencedTable: key.referencedTable, rows });
  }
  return dangling;
}

/** Throws REPLICATION_DANGLING_REFERENCE. */
export async function requireSoundReferences(session: Client, tables: readonly string[], side: string): Promise<void> {
  const dangling = await findDanglingReferences(session, tables);
  if (dangling.length === 0) return;
  const list = dangling.map((one) => `${one.rows} rows of ${one.table} (${one.constraint}) without a row in ${one.referencedTable}`);
  throw new ReplicationError('REPLICATION_DANGLING_REFERENCE', `On ${side}: ${list.join('; ')}.`);
}

function antiJoin(key: ForeignKey): string {
  const present = key.columns.map((column) => `c.${escapeIdentifier(column)} is not null`).join(' and ');
  const match = key.columns.map(
    (column, index) => `p.${escapeIdentifier(key.referencedColumns[index] ?? '')} = c.${escapeIdentifier(column)}`,
  );
  return `select 1 from ${quoteTable(key.table)} as c
    where ${present} and not exists (select 1 from ${quoteTable(key.referencedTable)} as p where ${match.join(' and ')})`;
}
