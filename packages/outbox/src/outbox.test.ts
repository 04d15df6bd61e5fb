import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '@banyan/bus';
import { readEvent, runWithCause } from '@banyan/contract';
import { describe, expect, test } from 'vitest';
import { installOutbox } from './install.ts';
import { createOutbox } from './outbox.ts';
import { pgTransactions } from './pg-transactions.ts';
import { answerSubmitted, createQuizOutbox, openQuiz, quizClosed, quizDeleted, source } from './testing/quiz.ts';
import { openRecordedPool } from './testing/recorded-pool.ts';
import { openClient } from './testing/session.ts';
import { createTestDatabase } from '@banyan/proof/test-database';
import { writeEvents } from './write-events.ts';

const uuidV7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

describe('publishing', () => {
  test('an event is committed with its rows, as an envelope that any reader reads', async () => {
    await using quiz = await openQuiz();
    const before = Date.now();
    const id = await quiz.transactions.run(async ({ session }) => {
      await session.query('insert into answers (quiz, text) values ($1, $2)', ['q1', '42 €']);
      return quiz.outbox.publish(answerSubmitted, { quiz: 'q1', text: '42 €' });
    });
    const [envelope] = await quiz.waiting();
    const reading = readEvent(answerSubmitted, envelope);
    expect(reading).toMatchObject({
      event: {
        id,
        source,
        type: 'answer.submitted',
        subject: 'q1',
        partitionkey: 'q1',
        sequence: '0000000000000000001',
        dataschema: 'urn:banyan:event:answer.submitted:1',
        data: { quiz: 'q1', text: '42 €' },
      },
    });
    expect(id).toMatch(uuidV7);
    expect(envelope?.correlationid).toMatch(uuidV7);
    expect(Date.parse(envelope!.time)).toBeGreaterThanOrEqual(before);
    expect((await quiz.database.query('select text from answers')).rows).toEqual([{ text: '42 €' }]);
  });

  test('all events of a transaction are written with COMMIT, in one round trip, in the order of publishing', async () => {
    await using quiz = await openQuiz();
    await using recorded = openRecordedPool(quiz.database);
    const transactions = pgTransactions(recorded.pool);
    const outbox = createQuizOutbox(transactions);
    await transactions.run(async () => outbox.publish(quizClosed, { quiz: 'first' }));
    recorded.messages.length = 0;
    await transactions.run(async (transaction) => {
      for (const key of ['b', 'a', 'b']) outbox.publish(answerSubmitted, { quiz: key, text: `'${key}'\\` });
      createOutbox({ transactions, source: '/node-learn/other', publishes: [quizClosed] }).publish(quizClosed, { quiz: 'b' });
      transaction.beforeCommit(async () => void outbox.publish(quizClosed, { quiz: 'a' }));
      await transaction.session.query('insert into answers (quiz, text) values ($1, $2)', ['b', 'last row']);
    });
    expect(recorded.messages).toEqual(['begin', 'insert into answers ()', 'select banyan.write_events(); COMMIT']);
    await quiz.database.query("delete from banyan.outbox where partition_key = 'first'");
    expect((await quiz.waiting()).map((one) => `${one.source} ${one.type} ${one.partitionkey} ${Number(one.sequence)}`)).toEqual([
      `${source} answer.submitted b 1`,
      `${source} answer.submitted a 1`,
      `${source} answer.submitted b 2`,
      '/node-learn/other quiz.closed b 1',
      `${source} quiz.closed a 2`,
    ]);
    const correlations = new Set((await quiz.waiting()).map((one) => one.correlationid));
    expect(correlations.size).toBe(1);
  });

  test('what is published inside another call of run() belongs to the transaction around it', async () => {
    await using quiz = await openQuiz();
    const failing = quiz.transactions.run(async () => {
      await quiz.transactions.run(async () => quiz.outbox.publish(answerSubmitted, { quiz: 'q1', text: 'inner' }));
      await delay(1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await quiz.waiting()).toEqual([]);
  });

  test('a rollback leaves no event and no gap, also one that comes after the events were written', async () => {
    await using quiz = await openQuiz();
    await quiz.database.query('alter table answers add constraint once unique (text) deferrable initially deferred');
    const submit = (text: string | null) =>
      quiz.transactions.run(async (transaction) => {
        quiz.outbox.publish(answerSubmitted, { quiz: 'q1', text: String(text) });
        if (text === 'hook') transaction.beforeCommit(() => Promise.reject(new Error('late')));
        await transaction.session.query('insert into answers (quiz, text) values ($1, $2)', ['q1', text]);
      });
    await submit('first');
    await expect(submit(null)).rejects.toThrow('not-null');
    await expect(submit('hook')).rejects.toThrow('late');
    await expect(submit('first')).rejects.toThrow('duplicate key');
    await submit('second');
    expect((await quiz.waiting()).map((one) => [one.data.text, Number(one.sequence)])).toEqual([
      ['first', 1],
      ['second', 2],
    ]);
  });

  test('what it follows from is taken from the cause around it', async () => {
    await using quiz = await openQuiz();
    const cause = {
      correlationId: 'request-1',
      eventId: 'event-1',
      traceparent: '00-11111111111111111111111111111111-2222222222222222-01',
    };
    await runWithCause(cause, () => quiz.transactions.run(async () => quiz.outbox.publish(quizClosed, { quiz: 'q1' })));
    expect(await quiz.waiting()).toMatchObject([{ correlationid: 'request-1', causationid: 'event-1', traceparent: cause.traceparent }]);
  });

  test('data is taken as it was when it was published', async () => {
    await using quiz = await openQuiz();
    await quiz.transactions.run(async () => {
      const data = { quiz: 'q1', text: 'as it was' };
      quiz.outbox.publish(answerSubmitted, data);
      data.text = 'changed';
    });
    expect(await quiz.waiting()).toMatchObject([{ data: { text: 'as it was' } }]);
  });
});

describe('what is refused', () => {
  test('an event outside of any transaction, also after one has ended', async () => {
    await using quiz = await openQuiz();
    const publish = () => quiz.outbox.publish(quizClosed, { quiz: 'q1' });
    const refused = expect.objectContaining({ code: 'OUTBOX_NO_TRANSACTION', fix: expect.stringContaining('transactions.run()') });
    expect(publish).toThrow(refused);
    let later: Promise<void> | undefined;
    await quiz.transactions.run(async () => {
      later = delay(20).then(() => expect(publish).toThrow(refused));
    });
    expect(publish).toThrow(refused);
    await later;
    expect(await quiz.waiting()).toEqual([]);
  });

  test('a contract that the outbox does not publish, by the compiler and when it runs', async () => {
    await using quiz = await openQuiz();
    await quiz.transactions.run(async () => {
      // @ts-expect-error -- quiz.deleted is not in `publishes`
      const undeclared = () => quiz.outbox.publish(quizDeleted, { quiz: 'q1', reason: 'old' });
      expect(undeclared).toThrow(expect.objectContaining({ code: 'OUTBOX_EVENT_UNDECLARED' }));
      // @ts-expect-error -- the data is that of another contract
      const foreign = () => quiz.outbox.publish(answerSubmitted, { quiz: 'q1' });
      expect(foreign).toThrow(expect.objectContaining({ code: 'CONTRACT_EVENT_DATA_INVALID' }));
    });
  });

  test('data that the contract does not allow, and keys that cannot be one, without saying their values', async () => {
    await using quiz = await openQuiz();
    const secret = 'ada@example.org';
    await quiz.transactions.run(async () => {
      const wrong = { quiz: 'q1', text: [secret] } as unknown as { quiz: string; text: string };
      const attempts = [wrong, ...['', `${secret}\0`, secret.repeat(20)].map((key) => ({ quiz: key, text: 'x' }))].map((data) => {
        try {
          return quiz.outbox.publish(answerSubmitted, data);
        } catch (error) {
          return error as Error & { code: string };
        }
      });
      expect(attempts.map((error) => (error as { code?: string }).code)).toEqual([
        'CONTRACT_EVENT_DATA_INVALID',
        'OUTBOX_KEY_INVALID',
        'OUTBOX_KEY_INVALID',
        'OUTBOX_KEY_INVALID',
      ]);
      for (const error of attempts) expect((error as Error).message).not.toContain(secret);
    });
  });

  test('a database without the outbox', async () => {
    await using database = await createTestDatabase();
    await using client = await openClient(database.url);
    const write = writeEvents(client, source, [{ contract: quizClosed, data: { quiz: 'q1' }, id: crypto.randomUUID(), time: new Date() }]);
    await expect(write).rejects.toMatchObject({ code: 'OUTBOX_NOT_INSTALLED' });
  });
});

describe('order', () => {
  test('a hot key under 50 concurrent writers has sequences 1 to n without gaps, in the order of positions', async () => {
    await using quiz = await openQuiz({ connections: 50 });
    const writers = 50;
    const each = 8;
    const write = async (writer: number) => {
      for (let n = 0; n < each; n += 1) {
        const fails = (writer + n) % 5 === 0;
        const written = quiz.transactions.run(async ({ session }) => {
          quiz.outbox.publish(answerSubmitted, { quiz: 'hot', text: `${writer}.${n}` });
          await session.query('select pg_sleep(random() / 500)');
          await session.query('insert into answers (quiz, text) values ($1, $2)', ['hot', fails ? null : `${writer}.${n}`]);
        });
        const outcome = await written.then(
          () => 'committed',
          (error: Error & { code?: string }) => error.code,
        );
        expect(outcome).toBe(fails ? '23502' : 'committed');
      }
    };
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    const events = await quiz.waiting();
    expect(events).toHaveLength(writers * each * 0.8);
    expect(events.map(({ sequence }) => Number(sequence))).toEqual(events.map((_, index) => index + 1));
  }, 60_000);

  test('writers whose keys cross never wait for each other in a circle', async () => {
    await using quiz = await openQuiz({ connections: 16 });
    const keys = Array.from({ length: 6 }, (_, index) => `k${index}`);
    const write = async (writer: number) => {
      for (let n = 0; n < 12; n += 1) {
        const turned = [...keys.slice(writer % keys.length), ...keys.slice(0, writer % keys.length)];
        const mine = n % 2 === 0 ? turned : turned.toReversed();
        await quiz.transactions.run(async () => {
          for (const key of mine) quiz.outbox.publish(answerSubmitted, { quiz: key, text: `${writer}.${n}` });
        });
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
    const events = await quiz.waiting();
    for (const key of keys) {
      const sequences = events.filter(({ subject }) => subject === key).map(({ sequence }) => Number(sequence));
      expect(sequences).toEqual(Array.from({ length: 16 * 12 }, (_, index) => index + 1));
    }
  }, 60_000);

  test('writing before the other statements, in the order of publishing, does wait in a circle', async () => {
    await using quiz = await openQuiz();
    const [one, other] = [await openClient(quiz.database.url), await openClient(quiz.database.url)];
    await using _one = one;
    await using _other = other;
    const write = (client: typeof one, key: string) =>
      writeEvents(client, source, [{ contract: quizClosed, data: { quiz: key }, id: crypto.randomUUID(), time: new Date() }]);
    await Promise.all([one.query('begin'), other.query('begin')]);
    await Promise.all([write(one, 'a'), write(other, 'b')]);
    const results = await Promise.allSettled([write(one, 'b'), write(other, 'a')]);
    expect(results.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: '40P01' } }]);
  });
});

describe('writeEvents', () => {
  test('rows become events in any session, under ids of the caller, and the outbox goes on with their sequence', async () => {
    await using quiz = await openQuiz();
    await using client = await openClient(quiz.database.url);
    const ids = [crypto.randomUUID(), crypto.randomUUID()];
    const time = new Date('2026-01-01T00:00:00Z');
    await client.query('begin');
    await writeEvents(
      client,
      source,
      ids.map((id, index) => ({ contract: answerSubmitted, data: { quiz: 'q1', text: `${index}` }, id, time })),
    );
    await client.query('commit');
    await quiz.transactions.run(async () => quiz.outbox.publish(quizClosed, { quiz: 'q1' }));
    expect((await quiz.waiting()).map((one) => [one.type, Number(one.sequence)])).toEqual([
      ['answer.submitted', 1],
      ['answer.submitted', 2],
      ['quiz.closed', 3],
    ]);
    expect((await quiz.waiting()).slice(0, 2)).toMatchObject(ids.map((id) => ({ id, correlationid: id, time: time.toISOString() })));
  });
});

test('any number of programs install at once, and again', async () => {
  await using database = await createTestDatabase();
  const clients = await Promise.all(Array.from({ length: 8 }, () => openClient(database.url)));
  await Promise.all(clients.map((client) => installOutbox(client)));
  await installOutbox(clients[0]!);
  for (const client of clients) await client.end();
  const files = await database.query('select name from banyan.outbox_schema order by name');
  expect(files.rows).toEqual([
    { name: '001-outbox.sql' },
    { name: '002-inbox.sql' },
    { name: '003-revisions.sql' },
    { name: '004-discarded.sql' },
  ]);
  const tables = await database.query<{ name: string; comment: string | null }>(
    `select relname as name, obj_description(oid) as comment from pg_class where relnamespace = 'banyan'::regnamespace and relkind = 'r' order by 1`,
  );
  expect(tables.rows.map(({ name }) => name)).toEqual([
    'discarded',
    'inbox',
    'outbox',
    'outbox_keys',
    'outbox_schema',
    'parked_keys',
    'set_aside',
  ]);
  for (const { name, comment } of tables.rows) expect(comment, name).toMatch(/^[A-Z].*\.$/);
});

test('an outbox takes time and ids from whoever owns them', async () => {
  await using quiz = await openQuiz();
  const transactions = pgTransactions(quiz.pool);
  let next = 0;
  const outbox = createOutbox({
    transactions,
    source,
    publishes: [quizClosed],
    clock: { ...systemClock, now: () => 0 },
    ids: () => `00000000-0000-7000-8000-00000000000${(next += 1)}`,
  });
  await transactions.run(async () => outbox.publish(quizClosed, { quiz: 'q1' }));
  expect(await quiz.waiting()).toMatchObject([{ id: '00000000-0000-7000-8000-000000000001', time: '1970-01-01T00:00:00.000Z' }]);
});
