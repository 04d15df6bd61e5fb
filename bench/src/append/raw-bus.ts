/** What waking and draining cost at least: a bare row with a bare notification, and a cursor over a bare table that remembers how far it is. */
import { Client } from 'pg';

const channel = 'raw_wake';

export interface RawBus {
  publish(): Promise<void>;
  close(): Promise<void>;
}

export async function openClient(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

export async function createRawBus(url: string): Promise<RawBus> {
  const client = await openClient(url);
  await client.query('create table if not exists raw_messages (id bigint generated always as identity primary key, event json not null)');
  return {
    publish: async () => {
      await client.query({ name: 'publish', text: 'insert into raw_messages (event) values ($1)', values: ['{"text":"x"}'] });
      void client.query({ name: 'notify', text: 'select pg_notify($1, null)', values: [channel] });
    },
    close: () => client.end(),
  };
}

/** Calls `onRow` for every row, as soon as a notification tells that there is one. */
export async function followRaw(url: string, onRow: () => void): Promise<void> {
  const client = await openClient(url);
  let after = '0';
  let looks = Promise.resolve();
  client.on('notification', () => {
    looks = looks.then(async () => {
      const found = await client.query<{ id: string }>({
        name: 'follow',
        text: 'select id, event from raw_messages where id > $1 order by id',
        values: [after],
      });
      after = found.rows.at(-1)?.id ?? after;
      for (const _ of found.rows) onRow();
    });
  });
  await client.query(`listen ${channel}`);
}

/** Reads `count` rows in pages and stores the position after each; answers rows per second. */
export async function drainRaw(url: string, count: number, page: number): Promise<number> {
  const client = await openClient(url);
  await client.query(
    'create table if not exists raw_cursor (position bigint not null); truncate raw_cursor; insert into raw_cursor values (0)',
  );
  const startedMs = performance.now();
  for (let after = '0', read = 0; read < count;) {
    const found = await client.query<{ id: string }>({
      name: 'page',
      text: 'select id, event from raw_backlog where id > $1 order by id limit $2',
      values: [after, page],
    });
    after = found.rows.at(-1)!.id;
    read += found.rows.length;
    await client.query({ name: 'move', text: 'update raw_cursor set position = $1', values: [after] });
  }
  const perSecond = (count * 1_000) / (performance.now() - startedMs);
  await client.end();
  return perSecond;
}
