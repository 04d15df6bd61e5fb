import { randomUUID } from 'node:crypto';
import { partitionOf } from '@banyan/contract';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEventLog } from './create-event-log.ts';
import type { EventLog, EventLogOperations, StoredEvent } from './event-log.ts';
import { toAppendStatement } from './log/append.ts';
import { createSource } from './testing/events.ts';
import { openClient } from './testing/feed-load.ts';

let database: TestDatabase;
let log: EventLog & EventLogOperations;

beforeEach(async () => {
  database = await createTestDatabase();
  log = await createEventLog({ url: database.url });
});

afterEach(async () => {
  await log.close();
  await database.close();
});

const envelopes = (stored: readonly StoredEvent[]) => stored.map(({ event }) => event);

describe('append', () => {
  it('gives back what it was given, in that order', async () => {
    const next = createSource();
    const events = [
      next({ data: { text: 'quotes " and \\ and { } and , and ü and \u0000', nothing: null, deep: [1, { a: 1e21 }] } }),
      next({
        key: 'with "quotes", and \\',
        causationid: randomUUID(),
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      }),
      next({ key: '', subject: 'something else', time: '2026-02-03T04:05:06.100Z' }),
      next({ time: '1999-12-31T23:59:59.123456Z', type: 'order.paid', correlationid: 'NULL' }),
    ];
    await log.append(events);
    const page = await log.read({ after: 0n, limit: 10 });
    expect(envelopes(page.events)).toEqual(events);
    expect(page).toMatchObject({ through: page.events[3]!.position, more: false });
  });

  it('keeps the columns that people query', async () => {
    const event = createSource()({ causationid: randomUUID() });
    await log.append([event]);
    const found = await database.query(
      'select id, type, payload, timestamp, service_id, correlation_id, position, aggregate_id, version, causation_id from banyan.events',
    );
    expect(found.rows).toEqual([
      {
        id: event.id,
        type: event.type,
        payload: event.data,
        timestamp: new Date(event.time),
        service_id: event.source,
        correlation_id: event.correlationid,
        position: '1',
        aggregate_id: event.partitionkey,
        version: '1',
        causation_id: event.causationid,
      },
    ]);
  });

  it('leaves out what is there already, also in the middle of a batch and within one', async () => {
    const next = createSource();
    const [first, second, third] = [next(), next(), next()];
    await log.append([first]);
    const others = await Promise.all([createEventLog({ url: database.url }), createEventLog({ url: database.url })]);
    const batches = [[first, second], [second], [first, second, third, third]];
    await Promise.all([log, ...others].map((one, place) => one.append(batches[place]!)));
    expect(envelopes((await log.read({ after: 0n, limit: 10 })).events)).toEqual([first, second, third]);
    await Promise.all(others.map((one) => one.close()));
  });

  it('leaves out an id that is there under another key, and keeps the rest of its batch', async () => {
    const next = createSource();
    const known = next({ key: 'one' });
    await log.append([known]);
    const others = [next({ key: 'two', id: known.id }), next({ key: 'three' })];
    await log.append(others);
    expect(envelopes((await log.read({ after: 0n, limit: 10 })).events)).toEqual([known, others[1]]);
  });

  it('waits for an open append of its key, and not for those of other keys; a batch waits for those of its keys', async () => {
    const next = createSource();
    // These two share one of the 512 locks that batches take.
    const { rows } = await database.query<{ keys: [string, string] }>(
      `select (array_agg(key))[1:2] as keys from (select 'k' || n as key from generate_series(1, 2000) n) k
       group by hashtext('/test/orders ' || key) & 511 having count(*) > 1 limit 1`,
    );
    const [one, other] = rows[0]!.keys;
    const waitingStatement = `select from pg_locks where locktype = 'advisory' and not granted
      and database = (select oid from pg_database where datname = current_database())`;
    const open = await openClient(database.url);
    await open.query('begin');
    await open.query(toAppendStatement([next({ key: one })], 16));
    await log.append([next({ key: other })]);
    const elsewhere = await createEventLog({ url: database.url });
    const waiting = [log.append([next({ key: one })]), elsewhere.append([next({ key: other }), next({ key: 'third' })])];
    await expect.poll(async () => (await database.query(waitingStatement)).rowCount).toBe(2);
    await open.query('commit');
    await Promise.all([...waiting, open.end()]);
    const page = await log.read({ after: 0n, limit: 10 });
    for (const [key, events] of Map.groupBy(envelopes(page.events), ({ partitionkey }) => partitionkey)) {
      expect(events.map(({ sequence }) => Number(sequence))).toEqual(key === 'third' ? [1] : [1, 2]);
    }
    expect(page.events).toHaveLength(5);
    await elsewhere.close();
  });

  it('refuses a sequence that goes back, whole, and only for the same source and key', async () => {
    const next = createSource();
    const [first, second, other] = [next(), next(), next({ key: 'other' })];
    await log.append([second]);
    await expect(log.append([other, first])).rejects.toMatchObject({ code: 'EVENT_STORE_SEQUENCE_BROKEN' });
    await expect(log.append([{ ...second, id: randomUUID() }])).rejects.toMatchObject({ code: 'EVENT_STORE_SEQUENCE_BROKEN' });
    await expect(log.append([{ ...other, sequence: '2' }, other].map((event) => ({ ...event, id: randomUUID() })))).rejects.toMatchObject({
      code: 'EVENT_STORE_SEQUENCE_BROKEN',
    });
    await log.append([{ ...first, source: '/test/elsewhere' }]);
    expect((await log.read({ after: 0n, limit: 10 })).events).toHaveLength(2);
  });

  it('many calls at once keep their order, and one that is refused takes no other with it', async () => {
    const [next, other] = [createSource(), createSource()];
    const events = Array.from({ length: 50 }, () => next());
    const stale = { ...events[3]!, id: randomUUID() };
    const calls = events.flatMap((event, place) => [
      log.append([event]),
      ...(place === 20
        ? [
            log.append([other({ key: 'whole' }), stale]).then(
              () => 'taken',
              (error: { code: string }) => error.code,
            ),
          ]
        : []),
    ]);
    expect((await Promise.all(calls))[21]).toBe('EVENT_STORE_SEQUENCE_BROKEN');
    expect(envelopes((await log.read({ after: 0n, limit: 100 })).events)).toEqual(events);
  });

  it.each([
    ['an id that is no UUID', { id: 'one' }],
    ['a sequence that is no number', { sequence: 'x' }],
    ['a time that is none', { time: 'yesterday evening' }],
    ['a text that PostgreSQL cannot hold', { correlationid: 'a\u0000b' }],
  ])('refuses %s', async (_, changes) => {
    await expect(log.append([createSource()(changes)])).rejects.toMatchObject({ code: 'EVENT_STORE_EVENT_INVALID' });
    expect((await log.read({ after: 0n, limit: 10 })).events).toEqual([]);
  });

  it('takes 5,000 events at once, of as many keys, and no more', async () => {
    const next = createSource();
    const events = Array.from({ length: 5_000 }, (_, number) => next({ key: `k${number}` }));
    await log.append(events);
    expect((await log.read({ after: 0n, limit: 10_000 })).events).toHaveLength(5_000);
    await expect(log.append([...events, next()])).rejects.toMatchObject({ code: 'EVENT_STORE_EVENT_INVALID' });
  });
});

describe('reading', () => {
  it('goes on after a page until there is no more', async () => {
    const next = createSource();
    const events = Array.from({ length: 25 }, () => next());
    await log.append(events);
    const read: StoredEvent[] = [];
    for (let after = 0n, more = true; more;) {
      const page = await log.read({ after, limit: 10 });
      read.push(...page.events);
      ({ through: after, more } = page);
    }
    expect(envelopes(read)).toEqual(events);
  });

  it('picks types, and passes over the others', async () => {
    const next = createSource();
    await log.append([next(), next({ type: 'order.paid' }), next()]);
    expect(await log.read({ after: 0n, limit: 10, types: ['order.paid'] })).toMatchObject({
      events: [{ position: 2n }],
      through: 3n,
      more: false,
    });
    expect(await log.read({ after: 0n, limit: 10, through: 2n })).toMatchObject({
      events: [{ position: 1n }, { position: 2n }],
      through: 2n,
      more: false,
    });
  });

  it('reads partitions, each from its own position', async () => {
    const next = createSource();
    const keys = Array.from({ length: 40 }, (_, number) => `k${number}`);
    await log.append(keys.map((key) => next({ key })));
    const partitions = keys.map((key) => partitionOf(key, 16));
    expect(new Set(partitions).size).toBeGreaterThan(10);
    const [one, two] = [partitions[0]!, partitions.find((partition) => partition !== partitions[0])!];
    const page = await log.read({
      after: new Map([
        [one, 0n],
        [two, 20n],
      ]),
      limit: 100,
    });
    const expected = keys.flatMap((_, place) =>
      partitions[place] === one || (partitions[place] === two && place >= 20) ? [BigInt(place + 1)] : [],
    );
    expect(page.events.map(({ position }) => position)).toEqual(expected);
    expect(page.through).toBe(40n);
    expect(await log.read({ after: new Map(), limit: 10 })).toEqual({ events: [], through: 0n, more: false });
  });

  it('finds by correlation id and by key', async () => {
    const [next, elsewhere] = [createSource(), createSource('/test/elsewhere')];
    const events = [next({ correlationid: 'c1' }), elsewhere({ correlationid: 'c1' }), next({ key: 'other' }), next()];
    await log.append(events);
    expect(envelopes(await log.find({ correlationId: 'c1' }))).toEqual(events.slice(0, 2));
    expect(envelopes(await log.find({ partitionKey: 'k' }))).toEqual([events[0], events[1], events[3]]);
    expect(envelopes(await log.find({ partitionKey: 'k', source: '/test/orders', limit: 1 }))).toEqual([events[0]]);
  });

  it('locates a stretch of time', async () => {
    const next = createSource();
    await log.append([1, 2, 3, 4].map((hour) => next({ time: `2026-01-01T0${hour}:00:00.000Z` })));
    const at = (hour: number) => new Date(`2026-01-01T0${hour}:00:00.000Z`);
    expect(await log.locate({ from: at(2), to: at(4) })).toEqual({ after: 1n, through: 3n });
    expect(await log.locate({})).toEqual({ after: 0n, through: 4n });
    expect(await log.locate({ from: at(5) })).toEqual({ after: 0n, through: 0n });
    const range = await log.locate({ from: at(2), to: at(4) });
    expect((await log.read({ ...range, limit: 10 })).events).toHaveLength(2);
  });
});

it('erases personal data of one key and nothing else', async () => {
  const next = createSource();
  const data = { zebra: 1, name: 'Ada', mail: 'ada@example.org', apple: 2 };
  await log.append([
    next({ key: 'ada', data }),
    next({ key: 'ada', type: 'order.paid', data }),
    next({ key: 'bob', data }),
    next({ key: 'ada', data: {} }),
  ]);
  const before = await log.read({ after: 0n, limit: 10 });
  const request = { partitionKey: 'ada', fields: { 'order.placed': ['name', 'mail', 'absent'] } };
  expect(await log.erase(request)).toBe(1);
  expect(await log.erase(request)).toBe(0);
  const after = await log.read({ after: 0n, limit: 10 });
  const [first, ...rest] = before.events;
  expect(after.events).toEqual([{ ...first, event: { ...first!.event, data: { ...data, name: null, mail: null } } }, ...rest]);
  const stored = await database.query<{ payload: string }>('select payload::text from banyan.events where position = 1');
  expect(stored.rows[0]!.payload).toBe('{"zebra":1,"name":null,"mail":null,"apple":2}');
});

describe('opening', () => {
  it('may happen any number of times at once, on an empty database', async () => {
    const empty = await createTestDatabase();
    const logs = await Promise.all(Array.from({ length: 6 }, () => createEventLog({ url: empty.url, connections: 1 })));
    await logs[0]!.append([createSource()()]);
    expect((await logs[5]!.read({ after: 0n, limit: 10 })).events).toHaveLength(1);
    await Promise.all(logs.map((one) => one.close()));
    await empty.close();
  });

  it('refuses another number of partitions, and use after closing', async () => {
    await expect(createEventLog({ url: database.url, partitions: 8 })).rejects.toMatchObject({ code: 'EVENT_STORE_PARTITIONS_FIXED' });
    const other = await createEventLog({ url: database.url });
    const appending = other.append([createSource()()]);
    await Promise.all([other.close(), other.close(), appending]);
    await expect(other.append([createSource()()])).rejects.toMatchObject({ code: 'EVENT_STORE_CLOSED' });
  });
});
