/** The owner of moving tables: its database while something is done there, and how much is written to it. */
import { Client } from 'pg';
import { monolithName, programDefinition } from '../running/program-specs.ts';
import type { Journey } from './journey.ts';
import type { Leg } from './leg.ts';
import { extractionIn } from './mover.ts';

export async function withDatabase<Value>(url: string, work: (client: Client) => Promise<Value>): Promise<Value> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {}); // reported by the statement that is running
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export function databaseOf({ running }: Journey, program: string): string {
  return running.plan.databaseUrl(programDefinition(running.plan, program).database);
}

/** With the names that its tables have there. */
export async function withOwner<Value>(
  journey: Journey,
  leg: Leg,
  work: (owner: Client, tables: readonly string[]) => Promise<Value>,
): Promise<Value> {
  const state = await journey.mover.settledState();
  const isService = extractionIn(state, leg.extraction).stage === 'owner';
  const owner = isService ? leg.holder : monolithName(journey.running.plan);
  const tables = leg.tables.map((table) => (isService ? table.target : table.source));
  return withDatabase(databaseOf(journey, owner), (client) => work(client, tables));
}

/** Rows written to the moving tables on the side that owns them, as its own statistics count them. */
export async function writesOfOwner(journey: Journey, leg: Leg): Promise<number> {
  return withOwner(journey, leg, async (owner, tables) => {
    const { rows } = await owner.query<{ writes: string }>(
      `select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) as writes from pg_stat_user_tables where schemaname || '.' || relname = any($1)`,
      [tables],
    );
    return Number(rows[0]?.writes);
  });
}
