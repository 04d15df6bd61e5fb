/** The events a service publishes for the replayed writes, beside those that the monolith's own changes are. */

import { createStream } from '@banyan/replication';
import { createHash } from 'node:crypto';
import type { RowsToEvents, TableMove } from '../definition.ts';
import type { RehearsalEvidence } from '../rehearsal-evidence.ts';
import { inDatabase } from './in-database.ts';
import type { Samples } from './samples.ts';

export interface EventsOptions {
  readonly tables: readonly TableMove[];
  readonly events: RowsToEvents;
  /** The first copy of the monolith, the service's copy, and the copy that nobody but the stream writes. */
  readonly monolith: string;
  readonly service: string;
  readonly idle: string;
  readonly samples: Samples;
}

export interface EventWatch {
  /**
   * Resolves when the changes made so far have been turned into events: one write at a time, so that none is folded into another.
   * `tellsOnce` is what the write's route declares.
   */
  settled(rules?: { readonly tellsOnce?: boolean }): Promise<void>;
  /** Types that no row tells are named in `rules` and not compared. */
  compare(): Promise<{ readonly events: NonNullable<RehearsalEvidence['events']>; readonly rules: readonly string[] }>;
  close(): Promise<void>;
}

/** A trigger keeps what passes through the outbox, because the relay deletes what it has published. */
const keepPublished = `
  create schema banyan_rehearsal;
  create table banyan_rehearsal.published (type text not null, partition_key text not null);
  create function banyan_rehearsal.keep() returns trigger language plpgsql security definer as $$
    begin insert into banyan_rehearsal.published values (new.type, new.partition_key); return null; end $$;
  create trigger banyan_rehearsal_keep after insert on banyan.outbox for each row execute function banyan_rehearsal.keep()`;

/** Begins to watch; both programs stand still. A service without an outbox publishes nothing, which then differs. */
export async function watchEvents(options: EventsOptions): Promise<EventWatch> {
  let expected: string[] = [];
  let settled = 0;
  const stream = createStream({
    name: `rehearsal_${createHash('sha256').update(options.idle).digest('hex').slice(0, 16)}`,
    source: options.monolith,
    target: options.idle,
    tables: options.tables,
    direction: 'forward',
    onApplied: async (session, changes) => {
      for (const { contract, data } of await options.events(changes, session))
        expected.push(nameOf(contract.type, String((data as Readonly<Record<string, unknown>>)[contract.key])));
    },
  });
  const hasOutbox = await inDatabase(options.service, async (client) => {
    const { rows } = await client.query<{ there: boolean }>("select to_regclass('banyan.outbox') is not null as there");
    if (rows[0]?.there === true) await client.query(keepPublished);
    return rows[0]?.there === true;
  });
  await stream.prepare();
  await stream.start();
  return {
    settled: async ({ tellsOnce = false } = {}) => {
      await stream.mark();
      if (tellsOnce) expected = [...expected.slice(0, settled), ...firstOfEachKey(expected.slice(settled))];
      settled = expected.length;
    },
    compare: async () => compare(expected, hasOutbox ? await published(options.service) : [], options.samples),
    close: () => stream.drop(),
  };
}

const nameOf = (type: string, key: string): string => `${type} ${key}`;
const keyOf = (name: string): string => name.slice(name.indexOf(' ') + 1);
const typeOf = (name: string): string => name.slice(0, name.indexOf(' '));

function firstOfEachKey(names: readonly string[]): string[] {
  return names.filter((name, at) => names.findIndex((other) => keyOf(other) === keyOf(name)) === at);
}

async function published(url: string): Promise<string[]> {
  return inDatabase(url, async (client) => {
    const { rows } = await client.query<{ type: string; partition_key: string }>(
      'select type, partition_key from banyan_rehearsal.published',
    );
    return rows.map((row) => nameOf(row.type, row.partition_key));
  });
}

/** Counts per type and key; keys stay out of the samples. */
function compare(expected: readonly string[], published: readonly string[], samples: Samples): Awaited<ReturnType<EventWatch['compare']>> {
  const types = new Set(expected.map(typeOf));
  const found = published.filter((name) => types.has(typeOf(name)));
  const balance = new Map<string, number>();
  for (const name of expected) balance.set(name, (balance.get(name) ?? 0) - 1);
  for (const name of found) balance.set(name, (balance.get(name) ?? 0) + 1);
  let differing = 0;
  for (const [name, count] of balance) {
    differing += Math.abs(count);
    if (count < 0) samples.add('event', typeOf(name), 'missing', "the monolith's rows tell it, the service does not publish it", -count);
    if (count > 0) samples.add('event', typeOf(name), 'extra', "the service publishes it, the monolith's rows do not tell it", count);
  }
  const own = new Set(published.map(typeOf).filter((type) => !types.has(type)));
  return {
    events: { expected: expected.length, published: found.length, differing },
    rules: [...own].map((type) => `${type} is told by the service alone: no row of the monolith has told it, and it is not compared`),
  };
}
