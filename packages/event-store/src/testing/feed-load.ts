/** Writers that are as unkind to a feed as transactions can be: on few hot streams, some with an early transaction id, some slow to commit. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventEnvelope } from '@banyan/contract';
import { Client } from 'pg';
import { toAppendStatement } from '../log/append.ts';
import { createSource } from './events.ts';

const streams = 8;

/** Each append is a transaction of its own that takes the lock of its stream before it draws a sequence. */
export async function writeHotStreams(url: string, options: { readonly writers: number; readonly appends: number }): Promise<void> {
  const setup = await openClient(url);
  await setup.query('create table streams (id integer primary key, sequence bigint not null default 0)');
  await setup.query('insert into streams (id) select n from generate_series(0, $1::int - 1) n', [streams]);
  await setup.end();
  let left = options.appends;
  const write = async (): Promise<void> => {
    const client = await openClient(url);
    for (; left > 0;) await appendOnce(client, left--);
    await client.end();
  };
  await Promise.all(Array.from({ length: options.writers }, write));
}

async function appendOnce(client: Client, number: number): Promise<void> {
  const stream = (number * 2_654_435_761) % streams;
  await client.query('begin');
  if (number % 4 === 0) {
    await client.query('select pg_current_xact_id()');
    await sleep(2);
  }
  const drawn = await client.query<{ sequence: string }>('update streams set sequence = sequence + 1 where id = $1 returning sequence', [
    stream,
  ]);
  const event: EventEnvelope = { ...createSource('/test/hot')({ key: `s${stream}` }), sequence: drawn.rows[0]!.sequence };
  await client.query(toAppendStatement([event], 16));
  if (number % 5 === 0) await sleep(3);
  await client.query('commit');
}

export async function openClient(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'test writer' });
  client.on('error', () => {}); // a test may end it from outside
  await client.connect();
  return client;
}
