import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import type { BusDriver } from '@banyan/bus';
import type { EventEnvelope } from '@banyan/contract';
import { Pool } from 'pg';
import { describe, expect, test } from 'vitest';
import { createRelay, type Relay, type RelayOptions } from './relay.ts';
import { openRelaySession } from './relaying/session.ts';
import { type OutboxLag, outboxLagChannel } from './report.ts';
import { answerSubmitted, openQuiz, type Quiz, source } from './testing/quiz.ts';
import { openClient } from './testing/session.ts';
import type { SqlSession } from './transactions.ts';
import { writeEvents } from './write-events.ts';

interface Received {
  readonly driver: Pick<BusDriver, 'publish'>;
  readonly events: EventEnvelope<{ text: string }>[];
  readonly batches: number[];
  /** While it is set, publishing fails. */
  away: Error | undefined;
  texts(): string[];
}

function createReceiver(): Received {
  const received: Received = {
    events: [],
    batches: [],
    away: undefined,
    texts: () => received.events.map(({ data }) => data.text),
    driver: {
      publish: async (batch) => {
        await delay(0);
        if (received.away !== undefined) throw received.away;
        received.batches.push(batch.length);
        received.events.push(...(batch as EventEnvelope<{ text: string }>[]));
      },
    },
  };
  return received;
}

function startRelay(quiz: Quiz, received: Received, options: Partial<RelayOptions> = {}): Relay & AsyncDisposable {
  const relay = createRelay({ database: { url: quiz.database.url }, driver: received.driver, ...options });
  relay.start();
  return Object.assign(relay, { [Symbol.asyncDispose]: () => relay.stop() });
}

function submit(quiz: Quiz, key: string, text: string): Promise<string> {
  return quiz.transactions.run(async () => quiz.outbox.publish(answerSubmitted, { quiz: key, text }));
}

async function expectEmpty(quiz: Quiz): Promise<void> {
  await expect.poll(async () => (await quiz.waiting()).length).toBe(0);
}

describe('what a relay takes', () => {
  test('committed events in order, in bounded batches, and leaves nothing behind', async () => {
    await using quiz = await openQuiz();
    for (let n = 0; n < 25; n += 1) await submit(quiz, `k${n % 3}`, `${n}`);
    const received = createReceiver();
    await using _ = startRelay(quiz, received, { batchSize: 10 });
    await expectEmpty(quiz);
    expect(received.texts()).toEqual(Array.from({ length: 25 }, (_, n) => `${n}`));
    expect(received.batches).toEqual([10, 10, 5]);
    expect(received.events[24]).toMatchObject({ specversion: '1.0', source, partitionkey: 'k0', sequence: '0000000000000000009' });
  });

  test('no more bytes at once than allowed, but always one event', async () => {
    await using quiz = await openQuiz();
    for (const size of [100, 100, 900_000, 100]) await submit(quiz, 'k', 'x'.repeat(size));
    const received = createReceiver();
    await using _ = startRelay(quiz, received, { batchBytesMax: 10_000 });
    await expectEmpty(quiz);
    expect(received.batches).toEqual([3, 1]);
    received.batches.length = 0;
    await submit(quiz, 'k', 'x'.repeat(20_000));
    await expectEmpty(quiz);
    expect(received.batches).toEqual([1]);
  });

  test('every row of 16 writers of which some hold their transaction open, where `position > last` loses some', async () => {
    await using quiz = await openQuiz({ connections: 16 });
    // A deferred trigger runs during COMMIT, when the events have their positions.
    await quiz.database.query(`
      create function hold() returns trigger language plpgsql as $$ begin perform pg_sleep(0.003); return null; end $$;
      create constraint trigger hold after insert on answers deferrable initially deferred for each row execute function hold()`);
    const naive = startNaiveReader(quiz);
    const received = createReceiver();
    const each = 60;
    const write = async (writer: number) => {
      for (let n = 0; n < each; n += 1) {
        await quiz.transactions.run(async (transaction) => {
          const text = `${writer}.${n}`;
          quiz.outbox.publish(answerSubmitted, { quiz: `k${(writer + n) % 8}`, text });
          if (n % 5 === 0) await transaction.session.query("insert into answers (quiz, text) values ('k', 'slow to commit')");
          else if (n % 4 === 0) await transaction.session.query('select pg_current_xact_id(), pg_sleep(0.002)');
        });
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
    const seenByNaive = await naive.stop();
    await using _ = startRelay(quiz, received, { batchSize: 100 });
    await expectEmpty(quiz);
    expect(seenByNaive).toBeLessThan(16 * each);
    expect(new Set(received.texts()).size).toBe(16 * each);
    expectContiguous(received.events);
  }, 60_000);

  test('the same while they write: nothing lost, nothing twice, each key in its order', async () => {
    await using quiz = await openQuiz({ connections: 16 });
    const received = createReceiver();
    await using _ = startRelay(quiz, received, { batchSize: 50 });
    const failures = new Set<string>();
    const each = 60;
    const write = async (writer: number) => {
      for (let n = 0; n < each; n += 1) {
        await quiz.transactions
          .run(async (transaction) => {
            for (const key of [`k${(writer + n) % 8}`, `k${(writer * n) % 8}`]) {
              quiz.outbox.publish(answerSubmitted, { quiz: key, text: `${writer}.${n}.${key}` });
            }
            if (n % 4 === 0) await transaction.session.query('select pg_current_xact_id(), pg_sleep(0.002)');
            if (n % 9 === 0) transaction.beforeCommit(async () => Promise.reject(new Error('rolled back')));
          })
          .catch((error: Error) => failures.add(error.message));
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
    await expectEmpty(quiz);
    expect([...failures]).toEqual(['rolled back']);
    expectContiguous(received.events);
    const last = await quiz.database.query<{ total: number }>('select sum(last_sequence)::integer as total from banyan.outbox_keys');
    expect(received.events).toHaveLength(last.rows[0]!.total);
  }, 60_000);

  test('the next batch while one is being published, also what has committed late meanwhile, before later events of its key', async () => {
    await using quiz = await openQuiz();
    await using late = await openClient(quiz.database.url);
    const write = (session: SqlSession, key: string, text: string) =>
      writeEvents(session, source, [{ contract: answerSubmitted, data: { quiz: key, text }, id: crypto.randomUUID(), time: new Date() }]);
    await late.query('begin');
    await write(late, 'late', 'first of late');
    for (const text of ['one', 'two', 'three']) await submit(quiz, 'other', text);
    const received = createReceiver();
    let isLateCommitted = false;
    /** Between the first batch and the look behind it, what had been waiting with a lower position commits, and its key goes on. */
    const open = async (wake: () => void) => {
      const session = await openRelaySession({ url: quiz.database.url }, wake);
      const next: typeof session.next = async (published, limits, underWay) => {
        if (underWay !== undefined && !isLateCommitted) {
          isLateCommitted = true;
          await late.query('commit');
          await submit(quiz, 'late', 'second of late');
        }
        return session.next(published, limits, underWay);
      };
      return { ...session, next };
    };
    await using _ = startRelay(quiz, received, { database: { open }, batchSize: 1 });
    await expectEmpty(quiz);
    expect(received.texts()).toEqual(['one', 'first of late', 'two', 'three', 'second of late']);
  });

  test('nothing ahead of a batch that the broker did not take', async () => {
    await using quiz = await openQuiz();
    for (let n = 0; n < 9; n += 1) await submit(quiz, 'k', `${n}`);
    const received = createReceiver();
    let calls = 0;
    const failing: typeof received.driver.publish = (batch) => {
      calls += 1;
      return calls % 2 === 0 ? Promise.reject(new Error('away')) : received.driver.publish(batch);
    };
    await using _ = startRelay(quiz, { ...received, driver: { publish: failing } }, { batchSize: 2, pausesMs: { first: 1, longest: 2 } });
    await expectEmpty(quiz);
    expect(received.texts()).toEqual(Array.from({ length: 9 }, (_, n) => `${n}`));
  });
});

/** A reader as it is often written: it remembers the last position it has seen. */
function startNaiveReader(quiz: Quiz) {
  const stopping = new AbortController();
  const read = async () => {
    let [last, seen] = ['0', 0];
    const look = async () => {
      const found = await quiz.database.query<{ position: string }>(
        'select position from banyan.outbox where position > $1 order by position',
        [last],
      );
      last = found.rows.at(-1)?.position ?? last;
      seen += found.rows.length;
    };
    while (!stopping.signal.aborted) await look();
    await look();
    return seen;
  };
  const running = read();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

function expectContiguous(events: readonly EventEnvelope[]): void {
  for (const [key, ofKey] of Map.groupBy(events, (one) => one.partitionkey)) {
    expect(
      ofKey.map(({ sequence }) => Number(sequence)),
      key,
    ).toEqual(ofKey.map((_, index) => index + 1));
  }
}

describe('how soon it comes', () => {
  test('a commit of this process wakes the relay, also when the next look is far away', async () => {
    await using quiz = await openQuiz();
    const received = createReceiver();
    await using relay = startRelay(quiz, received, { pollMs: 3_600_000 });
    await expect.poll(() => relay.isLeading).toBe(true);
    for (const text of ['first', 'second']) {
      await submit(quiz, 'k', text);
      await expect.poll(() => received.texts().at(-1), { interval: 2 }).toBe(text);
    }
  });

  test('a notification of another process wakes it', async () => {
    await using quiz = await openQuiz();
    const received = createReceiver();
    await using relay = startRelay(quiz, received, { pollMs: 3_600_000 });
    await expect.poll(() => relay.isLeading).toBe(true);
    await using client = await openClient(quiz.database.url);
    await writeEvents(client, source, [
      { contract: answerSubmitted, data: { quiz: 'k', text: 'x' }, id: crypto.randomUUID(), time: new Date() },
    ]);
    await delay(50);
    expect(received.events).toEqual([]);
    await client.query("select pg_notify('banyan_outbox', '')");
    await expect.poll(() => received.events).toHaveLength(1);
  });

  test('an outbox whose relay is in another process tells it after the commit, in a transaction of its own, and not for every commit', async () => {
    await using quiz = await openQuiz();
    await using client = await openClient(quiz.database.url);
    await client.query('listen banyan_outbox');
    let notified = 0;
    client.on('notification', () => (notified += 1));
    await Promise.all(Array.from({ length: 100 }, (_, n) => submit(quiz, `k${n}`, 'x')));
    await expect.poll(() => notified).toBeGreaterThan(0);
    await delay(50);
    expect(notified).toBeLessThan(60);
    await expect(
      quiz.transactions.run(async () => {
        quiz.outbox.publish(answerSubmitted, { quiz: 'k', text: 'never' });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    const before = notified;
    await delay(50);
    expect(notified).toBe(before);
  });

  test('without any wake-up the next look finds it', async () => {
    await using quiz = await openQuiz();
    const received = createReceiver();
    await using relay = startRelay(quiz, received);
    await expect.poll(() => relay.isLeading).toBe(true);
    await using client = await openClient(quiz.database.url);
    await writeEvents(client, source, [
      { contract: answerSubmitted, data: { quiz: 'k', text: 'x' }, id: crypto.randomUUID(), time: new Date() },
    ]);
    await expect.poll(() => received.events).toHaveLength(1);
  });
});

describe('who is at work', () => {
  test('one relay per database; another takes over when its connection ends, and it comes back behind', async () => {
    await using quiz = await openQuiz();
    const received = createReceiver();
    await using one = startRelay(quiz, received, { pollMs: 20 });
    await expect.poll(() => one.isLeading).toBe(true);
    const pool = new Pool({ connectionString: quiz.database.url, max: 1 });
    pool.on('error', () => {});
    const other = startRelay(quiz, received, { database: { pool }, pollMs: 20 });
    await delay(100);
    expect([one.isLeading, other.isLeading]).toEqual([true, false]);
    await quiz.database.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`);
    await expect.poll(() => Number(one.isLeading) + Number(other.isLeading)).toBe(1);
    await submit(quiz, 'k', 'after');
    await expectEmpty(quiz);
    expect(received.texts()).toEqual(['after']);
    await other.stop();
    await pool.end();
    await expect.poll(() => one.isLeading).toBe(true);
  });

  test('while the broker is away rows stay, callers get their answers, and everything comes in order afterwards', async () => {
    await using quiz = await openQuiz();
    const received = createReceiver();
    received.away = new Error('the broker is away');
    await using _ = startRelay(quiz, received, { pausesMs: { first: 5, longest: 20 } });
    for (let n = 0; n < 20; n += 1) await submit(quiz, `k${n % 2}`, `${n}`);
    await delay(100);
    expect(await quiz.waiting()).toHaveLength(20);
    received.away = undefined;
    await expectEmpty(quiz);
    expect(received.texts()).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
  });

  test('a broker that does not answer is given up after its time and asked again', async () => {
    await using quiz = await openQuiz();
    const received = createReceiver();
    let calls = 0;
    const hanging: Received = {
      ...received,
      driver: {
        publish: (batch, options) => {
          calls += 1;
          if (calls > 1) return received.driver.publish(batch, options);
          return new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error)));
        },
      },
    };
    await using _ = startRelay(quiz, hanging, { publishTimeoutMs: 50 });
    await submit(quiz, 'k', 'x');
    await expectEmpty(quiz);
    expect(calls).toBe(2);
  });

  test('an event that the broker never takes lets those before it through, and is named', async () => {
    await using quiz = await openQuiz();
    const ids: string[] = [];
    for (const text of ['1', '2', 'too much', '4']) ids.push(await submit(quiz, 'k', text));
    const named = new Set<unknown>();
    const listen = (one: unknown) => void named.add((one as { firstEvent?: string }).firstEvent);
    subscribe('banyan.event', listen);
    const received = createReceiver();
    const picky: Received = {
      ...received,
      driver: {
        publish: async (batch) => {
          if ((batch as typeof received.events).some(({ data }) => data.text === 'too much')) throw new Error('too much');
          await received.driver.publish(batch);
        },
      },
    };
    await using _ = startRelay(quiz, picky, { batchSize: 4, pausesMs: { first: 1, longest: 5 } });
    await expect.poll(() => named.has(ids[2])).toBe(true);
    expect(received.texts()).toEqual(['1', '2']);
    expect((await quiz.waiting()).map(({ data }) => data.text)).toEqual(['too much', '4']);
    unsubscribe('banyan.event', listen);
  });

  test('stop() publishes what is there first; what does not fit into its time stays', async () => {
    await using quiz = await openQuiz();
    for (let n = 0; n < 30; n += 1) await submit(quiz, 'k', `${n}`);
    const received = createReceiver();
    const slow: Received = { ...received, driver: { publish: (batch) => delay(20).then(() => received.driver.publish(batch)) } };
    const relay = startRelay(quiz, slow, { batchSize: 5 });
    await expect.poll(() => received.batches.length).toBeGreaterThan(0);
    await relay.stop();
    expect(received.texts()).toHaveLength(30);
    expect(relay.isLeading).toBe(false);
    received.away = new Error('away');
    await submit(quiz, 'k', 'stays');
    const last = startRelay(quiz, received, { drainMs: 50, pausesMs: { first: 1, longest: 5 } });
    await expect.poll(() => last.isLeading).toBe(true);
    await Promise.all([last.stop(), last.stop()]);
    expect(await quiz.waiting()).toMatchObject([{ data: { text: 'stays' } }]);
  });

  test('the lag is reported: how many, how old', async () => {
    await using quiz = await openQuiz();
    const lags: OutboxLag[] = [];
    const listen = (lag: unknown) => void ((lag as OutboxLag).database === quiz.database.name && lags.push(lag as OutboxLag));
    subscribe(outboxLagChannel, listen);
    const received = createReceiver();
    received.away = new Error('away');
    for (let n = 0; n < 3; n += 1) await submit(quiz, 'k', `${n}`);
    await using relay = startRelay(quiz, received, { lagReportMs: 10, pausesMs: { first: 5, longest: 5 } });
    await expect.poll(() => lags.at(-1)).toMatchObject({ database: quiz.database.name, count: 3, oldestMs: expect.any(Number) });
    expect(lags.at(-1)!.oldestMs).toBeGreaterThan(0);
    received.away = undefined;
    await expect.poll(() => lags.at(-1)).toEqual({ database: quiz.database.name, count: 0, oldestMs: 0 });
    await relay.stop();
    unsubscribe(outboxLagChannel, listen);
  });

  test('an option with which nothing could work is refused', () => {
    const options = { database: { url: 'postgres://nowhere' }, driver: createReceiver().driver };
    expect(() => createRelay({ ...options, batchSize: 0 })).toThrow(expect.objectContaining({ code: 'OUTBOX_OPTION_INVALID' }));
  });
});
