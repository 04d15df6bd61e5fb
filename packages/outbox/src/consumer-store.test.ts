import { DataSource } from 'typeorm';
import { describe, expect, test } from 'vitest';
import { createConsumerStore } from './consumer-store.ts';
import { answerSubmitted, createQuizOutbox, openQuiz, type Quiz } from './testing/quiz.ts';
import { pgTransactions } from './pg-transactions.ts';
import { openRecordedPool } from './testing/recorded-pool.ts';
import { typeOrmTransactions } from './typeorm-transactions.ts';

const insert = 'insert into answers (quiz, text) values ($1, $2)';

const entry = { group: 'grading', generation: 0, eventId: 'e1', partitionKey: 'k1' };
const aside = {
  ...entry,
  type: 'answer.submitted',
  content: {},
  state: 'deferred',
  attempts: 1,
  dueInMs: 0,
  reason: 'failed',
  error: 'no',
} as const;

describe('a consumer store on PostgreSQL', () => {
  test('asks once before the effect, and what the effect publishes is written with COMMIT', async () => {
    await using quiz = await openQuiz();
    await using recorded = openRecordedPool(quiz.database);
    const transactions = pgTransactions(recorded.pool);
    const store = createConsumerStore({ transactions });
    const outbox = createQuizOutbox(transactions);
    const effect = async () => void outbox.publish(answerSubmitted, { quiz: 'q1', text: 'follows' });
    await store.handle({ ...entry, eventId: 'first' }, effect);
    recorded.messages.length = 0;
    await store.handle(entry, effect);
    expect(recorded.messages).toEqual(['begin', 'select banyan.note_handled() as outcome', 'select banyan.write_events(); COMMIT']);
    expect(await quiz.waiting()).toHaveLength(2);
  });

  test('during a replay nothing is published, neither at once nor when it is tried again', async () => {
    await using quiz = await openQuiz();
    const store = createConsumerStore(quiz);
    const publish = async () => void quiz.outbox.publish(answerSubmitted, { quiz: 'q1', text: 'published' });
    await store.handle({ ...entry, generation: 1 }, publish);
    await store.setAside({ ...aside, generation: 1, eventId: 'e2' });
    expect(await store.retryDue('grading', publish)).toMatchObject({ outcome: 'handled' });
    expect(await quiz.waiting()).toEqual([]);
    await store.handle(entry, publish);
    await store.setAside({ ...aside, eventId: 'e2' });
    expect(await store.retryDue('grading', publish)).toMatchObject({ outcome: 'handled' });
    expect(await quiz.waiting()).toHaveLength(2);
  });

  test('an event that is being handled is not set aside behind its back, and none of its key overtakes', async () => {
    await using quiz = await openQuiz();
    const [store, other] = [createConsumerStore(quiz), createConsumerStore(quiz)];
    const { promise: held, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const handling = store.handle(entry, () => {
      begin();
      return held;
    });
    await begun;
    let isOver = false;
    const settingAside = other.setAside({ ...aside, eventId: 'e2' }).finally(() => (isOver = true));
    await expect.poll(async () => (await waitingForLocks(quiz)).length).toBe(1);
    expect(isOver).toBe(false);
    resolve();
    expect(await handling).toBe('handled');
    expect(await settingAside).toBe('set-aside');
    expect(await store.handle({ ...entry, eventId: 'e3' }, async () => {})).toBe('blocked');
  });

  test('with attempts, set-asides, postponements and operators all at once, each event takes effect once or is kept, in order', async () => {
    await using quiz = await openQuiz({ connections: 20 });
    const stores = [createConsumerStore(quiz), createConsumerStore(quiz)];
    const keys = ['k0', 'k1', 'k2'];
    const each = 25;
    let failures = 0;
    const effect = (key: string, n: number) => async () => {
      if ((n * 7 + failures) % 4 === 0 && failures < 60) {
        failures += 1;
        throw new Error('fails now and then');
      }
      await quiz.transactions.run(({ session }) => session.query(insert, [key, `${n}`]));
    };
    const consume = async (key: string) => {
      for (let n = 0; n < each; n += 1) {
        const event = { group: 'grading', generation: 0, eventId: `${key}.${n}`, partitionKey: key };
        const kept = { ...aside, ...event, content: { key, n } };
        // Both instances at once, as when a connection is lost and one does not know it yet.
        await Promise.all(
          stores.map(async (store) => {
            for (;;) {
              const result = await store.handle(event, effect(key, n)).catch(() => 'failed' as const);
              if (result === 'failed') await store.setAside(n % 3 === 0 ? { ...kept, state: 'dead' } : kept);
              if (result !== 'blocked') return;
              if ((await store.setAside({ ...kept, state: 'waiting' })) !== 'clear') return;
            }
          }),
        );
      }
    };
    const isDone = { consuming: false };
    const retry = async (store: (typeof stores)[number]) => {
      for (;;) {
        const wasDone = isDone.consuming;
        const result = await store.retryDue('grading', (_, { content }) => {
          const { key, n } = content as { key: string; n: number };
          return effect(key, n)();
        });
        if (result !== undefined && result.outcome !== 'handled') {
          const next = { attempts: result.entry.attempts + 1, error: 'again' };
          if (failures % 2 === 0) await store.postpone(result.entry, { ...next, state: 'dead', reason: 'failed' });
          else await store.postpone(result.entry, { ...next, state: 'deferred', dueInMs: 2 });
        }
        if (result === undefined) await store.redrive({ group: 'grading' });
        if (result === undefined && wasDone && (await store.list({ group: 'grading' })).length === 0) return;
      }
    };
    const retrying = stores.map(retry);
    await Promise.all(keys.map(consume));
    isDone.consuming = true;
    await Promise.all(retrying);
    expect(failures).toBeGreaterThan(10);
    for (const key of keys) {
      const found = await quiz.database.query<{ text: string }>('select text from answers where quiz = $1 order by id', [key]);
      expect(found.rows.map(({ text }) => Number(text))).toEqual(Array.from({ length: each }, (_, n) => n));
    }
    expect((await quiz.database.query('select from banyan.parked_keys')).rowCount).toBe(0);
    expect((await quiz.database.query("select from banyan.inbox where status = 'handled'")).rowCount).toBe(keys.length * each);
  }, 60_000);

  test('a handler that swallows the error of a statement has failed, at once and when tried again', async () => {
    await using quiz = await openQuiz();
    const store = createConsumerStore(quiz);
    const swallow = async (client: { query(text: string): Promise<unknown> }) =>
      void (await client.query('select 1 / 0').catch(() => undefined));
    await expect(store.handle(entry, swallow)).rejects.toMatchObject({ code: 'OUTBOX_TRANSACTION_FAILED' });
    await store.setAside(aside);
    expect(await store.retryDue('grading', swallow)).toMatchObject({ entry: { eventId: 'e1' }, outcome: { failed: expect.any(Error) } });
    expect(await store.handle({ ...entry, eventId: 'e2' }, async () => {})).toBe('blocked');
  });

  test('a connection that is lost while an event is handled leaves nothing, and the event can come again', async () => {
    await using quiz = await openQuiz();
    const store = createConsumerStore(quiz);
    const lost = store.handle(entry, async (client) => {
      await client.query(insert, ['q1', 'half']);
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      await quiz.database.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
      await client.query(insert, ['q1', 'half']);
    });
    await expect(lost).rejects.toThrow(/terminat|released|not queryable/i);
    expect(await store.handle(entry, async (client) => void (await client.query(insert, ['q1', 'whole'])))).toBe('handled');
    expect((await quiz.database.query('select text from answers')).rows).toEqual([{ text: 'whole' }]);
  });

  test('a stricter isolation, in which a lock does not show what was committed before it, is refused', async () => {
    await using quiz = await openQuiz();
    const dataSource = await new DataSource({ type: 'postgres', url: quiz.database.url, isolationLevel: 'REPEATABLE READ' }).initialize();
    const store = createConsumerStore({ transactions: typeOrmTransactions(dataSource) });
    await expect(store.handle(entry, async () => {})).rejects.toThrow('READ COMMITTED');
    await dataSource.destroy();
  });
});

async function waitingForLocks(quiz: Quiz): Promise<unknown[]> {
  const found = await quiz.database.query(
    `select from pg_locks where not granted and locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
  );
  return found.rows;
}
