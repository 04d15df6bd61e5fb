/** Writes the data set into a Helpdesk database, table by table. */
import { insertRows } from '@banyan/proof';
import type { Client } from 'pg';
import { columnTypes, type DataSet } from './rows.ts';

const tables = Object.keys(columnTypes) as (keyof DataSet)[];

/** Expects the schema and no users; throws otherwise. With `replace` everything is deleted first. Answers the rows written, by table. */
export async function loadDataSet(client: Client, data: DataSet, { replace = false } = {}): Promise<Record<string, number>> {
  if (replace) await client.query(`truncate ${tables.join(', ')}`);
  const { rows } = await client.query<{ users: number }>('select count(*)::int as users from users');
  if (rows[0]?.users !== 0)
    throw new Error(`There are ${rows[0]?.users} users already. To replace everything: node dist/seed.js --replace`);
  const loaded: Record<string, number> = {};
  for (const table of tables) loaded[table] = await insertRows(client, table, columnTypes[table], data[table]);
  return loaded;
}
