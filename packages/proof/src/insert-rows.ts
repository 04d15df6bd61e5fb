// Writes many rows of a data set into a table, some thousand per statement.
import { type Client, escapeIdentifier } from 'pg';

/** Column -> its type in SQL. */
export type ColumnTypes = Readonly<Record<string, string>>;

const rowsPerStatement = 10_000;

/** Rows are objects with the names of the columns; says how many there were. The caller opens the transaction. */
export async function insertRows(client: Client, table: string, types: ColumnTypes, rows: readonly object[]): Promise<number> {
  const columns = Object.keys(types)
    .map((column) => escapeIdentifier(column))
    .join(', ');
  const definitions = Object.entries(types)
    .map(([column, type]) => `${escapeIdentifier(column)} ${type}`)
    .join(', ');
  const source = `select ${columns} from jsonb_to_recordset($1::jsonb) as rows (${definitions})`;
  for (let from = 0; from < rows.length; from += rowsPerStatement)
    await client.query(`insert into ${escapeIdentifier(table)} (${columns}) ${source}`, [
      JSON.stringify(rows.slice(from, from + rowsPerStatement)),
    ]);
  return rows.length;
}
