// Carries rows from the databases of a system into the scratch database as text, untouched, and keeps them as files on the way.
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Client, escapeIdentifier } from 'pg';
import { from, to } from 'pg-copy-streams';

/** A schema of the scratch database, and a table in it. */
export interface CopiedTable {
  readonly side: string;
  /** As in the database of that side; that of another schema than `public` has the schema before it: `banyan_events`. */
  readonly table: string;
  readonly columns: readonly string[];
  /** File in PostgreSQL's text format. */
  readonly file: string;
}

const quoted = (columns: readonly string[]) => columns.map((column) => escapeIdentifier(column)).join(', ');

/**
 * Writes all rows of a table or sequence (`users`, `banyan.events`), every column as text, in the order of the table's columns. Times are those
 * of a UTC session. Fails when there is no such table.
 */
export async function exportRows(source: Client, side: string, name: string, folder: string): Promise<CopiedTable> {
  const [schema, table] = name.includes('.') ? (name.split('.', 2) as [string, string]) : ['public', name];
  const relation = `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
  const found = await source.query<{ attname: string }>(
    `select attname from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
    [relation],
  );
  const columns = found.rows.map(({ attname }) => attname);
  const texts = columns.map((column) => `${escapeIdentifier(column)}::text`).join(', ');
  const copied = { side, table: schema === 'public' ? table : `${schema}_${table}`, columns };
  const file = join(folder, `${side}.${copied.table}.copy`);
  await pipeline(source.query(to(`copy (select ${texts} from ${relation}) to stdout`)), createWriteStream(file));
  return { ...copied, file };
}

export function tableStatement({ side, table, columns }: CopiedTable): string {
  const definitions = columns.map((column) => `${escapeIdentifier(column)} text`).join(', ');
  return `create table ${escapeIdentifier(side)}.${escapeIdentifier(table)} (${definitions});`;
}

export async function importRows(scratch: Client, copied: CopiedTable): Promise<void> {
  await scratch.query(tableStatement(copied));
  const target = `${escapeIdentifier(copied.side)}.${escapeIdentifier(copied.table)} (${quoted(copied.columns)})`;
  await pipeline(createReadStream(copied.file), scratch.query(from(`copy ${target} from stdin`)));
}

/** A line of the ledger is one value, whatever is in it: quote and delimiter are characters that JSON text cannot contain. */
export const ledgerFormat = String.raw`(format csv, quote e'\x01', delimiter e'\x02')`;

export async function importLedger(scratch: Client, file: string): Promise<void> {
  await pipeline(createReadStream(file), scratch.query(from(`copy ledger_lines from stdin with ${ledgerFormat}`)));
}
