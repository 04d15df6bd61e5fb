/** Who appends one event at a time: ours, a bare insert, and Emmett, the peers through a pool with a connection per caller. */
import { createEventLog } from '@banyan/event-store';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { Pool } from 'pg';
import { createOrders } from './orders.ts';

export interface Contestant {
  readonly name: string;
  /** Resolves when the event is durable. */
  readonly append: (key: string) => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

export async function createContestants(url: string, callers: number): Promise<Contestant[]> {
  return [await createOurs(url, callers), await createApart(url, callers), await createRaw(url, callers), await createEmmett(url, callers)];
}

/** All callers in one program: those that come while an append is under way share the next commit. */
async function createOurs(url: string, callers: number): Promise<Contestant> {
  const log = await createEventLog({ url });
  const next = createOrders(`/bench/ours-${callers}`);
  return { name: 'ours', append: (key) => log.append([next(key)]), close: () => log.close() };
}

/** Each caller as a program of its own: nothing is shared but the database. */
async function createApart(url: string, callers: number): Promise<Contestant> {
  const logs = new Map(
    await Promise.all(keysOf(callers).map(async (key) => [key, await createEventLog({ url, connections: 1 })] as const)),
  );
  const next = createOrders(`/bench/apart-${callers}`);
  return {
    name: 'ours, each caller a program',
    append: (key) => logs.get(key)!.append([next(key)]),
    close: () => Promise.all([...logs.values()].map((log) => log.close())),
  };
}

/** One key per caller. */
export function keysOf(callers: number): string[] {
  return Array.from({ length: callers }, (_, caller) => `k${caller}`);
}

/** A table with a key and nothing else: what a durable row costs at least. */
async function createRaw(url: string, callers: number): Promise<Contestant> {
  const pool = new Pool({ connectionString: url, max: callers });
  await pool.query('create table if not exists raw_rows (id bigint generated always as identity primary key, event json not null)');
  const next = createOrders('/bench/raw');
  const text = 'insert into raw_rows (event) values ($1)';
  return {
    name: 'raw commits',
    append: (key) => pool.query({ name: 'raw', text, values: [JSON.stringify(next(key))] }),
    close: () => pool.end(),
  };
}

async function createEmmett(url: string, callers: number): Promise<Contestant> {
  const pool = new Pool({ connectionString: url, max: callers });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  await store.schema.migrate();
  const next = createOrders('/bench/emmett');
  const append = (key: string) => {
    const { id, type, data, correlationid } = next(key);
    return store.appendToStream(`order-${callers}-${key}`, [{ type, data, metadata: { id, correlationid } }]);
  };
  return {
    name: 'Emmett',
    append,
    close: async () => {
      await store.close();
      if (!pool.ended) await pool.end();
    },
  };
}
