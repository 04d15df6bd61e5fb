// Two fresh databases with the same tables, and a stream between them, for one test.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { createStream } from '../stream/create-stream.ts';
import type { ReplicatedTable, ReplicationStream, StreamOptions } from '../stream/options.ts';

export interface Pair {
  readonly monolith: TestDatabase;
  readonly service: TestDatabase;
  /** A name no other test uses: slots and origins belong to the whole server. */
  readonly name: string;
  stream(options?: Partial<StreamOptions>): ReplicationStream;
  back(options?: Partial<StreamOptions>): ReplicationStream;
  close(): Promise<void>;
}

export const usersTable = `create table users (
  id serial primary key, google_id varchar(255) not null unique, email varchar(255) not null unique, name varchar(255) not null,
  picture text, is_admin boolean default false, created_at timestamp default current_timestamp, updated_at timestamp default current_timestamp)`;

export async function createPair(schema: string, tables: readonly string[], serviceSchema: string = schema): Promise<Pair> {
  const [monolith, service] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await monolith.query(schema);
  await service.query(serviceSchema);
  const name = `t${randomBytes(5).toString('hex')}`;
  const streams: ReplicationStream[] = [];
  const pairs: ReplicatedTable[] = tables.map((table) => ({ source: table, target: table }));
  const make = (options: StreamOptions) => {
    const stream = createStream(options);
    streams.push(stream);
    return stream;
  };
  return {
    monolith,
    service,
    name,
    stream: (options = {}) =>
      make({ name: `${name}_forward`, source: monolith.url, target: service.url, tables: pairs, direction: 'forward', ...options }),
    back: (options = {}) =>
      make({ name: `${name}_reverse`, source: service.url, target: monolith.url, tables: pairs, direction: 'reverse', ...options }),
    close: async () => {
      for (const stream of streams) await stream.stop();
      await forgetOrigins(monolith, name);
      await monolith.close();
      await service.close();
    },
  };
}

/** Origins belong to the server, which has few of them; slots go with their database. */
async function forgetOrigins(database: TestDatabase, name: string): Promise<void> {
  const holders = `pid in (select pid from pg_stat_activity where application_name like 'banyan ${name}%')`;
  await database.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${holders}`);
  for (let attempt = 0; ; attempt += 1) {
    try {
      await database.query(`select pg_replication_origin_drop(roname) from pg_replication_origin where roname like 'banyan_${name}%'`);
      return;
    } catch (error) {
      if (attempt > 200) throw error;
      await sleep(10);
    }
  }
}

/** All rows of a table as text, in the order of their text. */
export async function rowsOf(database: TestDatabase, table: string): Promise<string[]> {
  const found = await database.query<{ row: string }>(`select t::text as row from ${table} as t order by t::text collate "C"`);
  return found.rows.map((row) => row.row);
}
