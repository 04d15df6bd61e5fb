import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { DataSource, EntitySchema, type EntityManager, QueryFailedError } from 'typeorm';
import { describe, expect, test } from 'vitest';
import { listenForWakeUps } from './relaying/wake-up.ts';
import {
  answerSubmitted,
  createQuizOutbox,
  loseConnectionDuringCommit,
  openQuiz,
  quizClosed,
  type Quiz,
  type QuizOutbox,
} from './testing/quiz.ts';
import type { Transactions } from './transactions.ts';
import { typeOrmTransactions } from './typeorm-transactions.ts';

interface Answer {
  id?: number;
  quiz: string;
  text: string;
}

const answers = new EntitySchema<Answer>({
  name: 'answers',
  columns: { id: { type: Number, primary: true, generated: true }, quiz: { type: String }, text: { type: String } },
});

interface World extends AsyncDisposable {
  readonly quiz: Quiz;
  readonly dataSource: DataSource;
  readonly transactions: Transactions<EntityManager>;
  readonly outbox: QuizOutbox;
  publish(text: string): string;
  /** Texts of the events, with their sequences. */
  published(): Promise<string[]>;
  rows(): Promise<string[]>;
}

async function openWorld(): Promise<World> {
  const quiz = await openQuiz();
  const dataSource = await new DataSource({ type: 'postgres', url: quiz.database.url, entities: [answers], subscribers: [] }).initialize();
  const transactions = typeOrmTransactions(dataSource);
  const outbox = createQuizOutbox(transactions);
  return {
    quiz,
    dataSource,
    transactions,
    outbox,
    publish: (text) => outbox.publish(answerSubmitted, { quiz: 'q1', text }),
    published: async () => (await quiz.waiting()).map((one) => `${one.data.text} ${Number(one.sequence)}`),
    rows: async () => (await quiz.database.query<Answer>('select text from answers order by id')).rows.map(({ text }) => text),
    [Symbol.asyncDispose]: async () => {
      await dataSource.destroy();
      await quiz[Symbol.asyncDispose]();
    },
  };
}

const refused = expect.objectContaining({ code: 'OUTBOX_NO_TRANSACTION' });

describe('transactions of TypeORM', () => {
  test('dataSource.transaction and manager.transaction are seen, with rows and events in one commit', async () => {
    await using world = await openWorld();
    await world.dataSource.transaction(async (manager) => {
      await manager.save(answers, { quiz: 'q1', text: 'one' });
      world.publish('one');
    });
    await world.dataSource.manager.transaction('READ COMMITTED', async (manager) => {
      world.publish('two');
      await manager.insert(answers, { quiz: 'q1', text: 'two' });
    });
    await world.dataSource.getRepository(answers).manager.transaction(async () => world.publish('three'));
    await expect(
      world.dataSource.transaction(async (manager) => {
        world.publish('never');
        await manager.save(answers, { quiz: 'q1', text: 'never' });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await world.published()).toEqual(['one 1', 'two 2', 'three 3']);
    expect(await world.rows()).toEqual(['one', 'two']);
  });

  test('queryRunner.startTransaction is seen until it is committed or rolled back', async () => {
    await using world = await openWorld();
    await using runner = world.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.save(answers, { quiz: 'q1', text: 'one' });
    world.publish('one');
    await runner.commitTransaction();
    expect(() => world.publish('between')).toThrow(refused);
    await runner.startTransaction();
    world.publish('never');
    await runner.rollbackTransaction();
    expect(() => world.publish('after')).toThrow(refused);
    await runner.startTransaction();
    world.publish('two');
    await runner.commitTransaction();
    expect(await world.published()).toEqual(['one 1', 'two 2']);
  });

  test('rolling back a savepoint drops what was published inside it, and nothing else', async () => {
    await using world = await openWorld();
    await world.dataSource.transaction(async (manager) => {
      world.publish('before');
      await manager.transaction(async (nested) => {
        world.publish('kept');
        await nested
          .transaction(async (innermost) => {
            world.publish('never');
            await innermost.insert(answers, { quiz: 'q1', text: 'never' });
            await innermost.transaction(async () => world.publish('never either'));
            throw new Error('inner');
          })
          .catch(() => undefined);
        await nested.insert(answers, { quiz: 'q1', text: 'kept' });
      });
      // What fails inside a savepoint does not make the transaction fail.
      await manager.transaction((nested) => nested.query('select 1 / 0')).catch(() => undefined);
      world.publish('after');
    });
    expect(await world.published()).toEqual(['before 1', 'kept 2', 'after 3']);
    expect(await world.rows()).toEqual(['kept']);
  });

  test('savepoints of a query runner', async () => {
    await using world = await openWorld();
    await using runner = world.dataSource.createQueryRunner();
    await runner.startTransaction();
    world.publish('before');
    await runner.startTransaction();
    world.publish('never');
    await runner.rollbackTransaction();
    await runner.startTransaction();
    world.publish('kept');
    await runner.commitTransaction();
    await runner.commitTransaction();
    expect(await world.published()).toEqual(['before 1', 'kept 2']);
  });

  test('what runs side by side does not see the transaction of the other', async () => {
    await using world = await openWorld();
    let commit = (): void => {};
    const held = new Promise<void>((resolve) => (commit = resolve));
    const first = world.dataSource.transaction(async () => {
      await held;
      world.publish('first');
    });
    expect(() => world.publish('beside')).toThrow(refused);
    await world.dataSource.transaction(async () => {
      await world.dataSource.transaction(async () => world.publish('second'));
      await delay(1);
      world.publish('third');
    });
    await delay(5);
    expect(() => world.publish('beside')).toThrow(refused);
    commit();
    await first;
    const texts = (await world.quiz.waiting()).map(({ data }) => data.text);
    expect(texts).toEqual(['second', 'third', 'first']);
  });

  test('two runners that begin side by side, without an await before, do not join each other', async () => {
    await using world = await openWorld();
    const work = async (text: string, wait: Promise<unknown>) => {
      const runner = world.dataSource.createQueryRunner();
      await runner.startTransaction();
      await wait;
      world.publish(text);
      await runner.commitTransaction();
      await runner.release();
      expect(() => world.publish('afterwards')).toThrow(refused);
    };
    await Promise.all([work('slow', delay(100)), work('quick', delay(1))]);
    expect((await world.quiz.waiting()).map(({ data }) => data.text)).toEqual(['quick', 'slow']);
  });

  test('a bare query, a BEGIN by hand, and work that outlives its transaction are refused', async () => {
    await using world = await openWorld();
    await world.dataSource.query('insert into answers (quiz, text) values ($1, $2)', ['q1', 'bare']);
    expect(() => world.publish('bare')).toThrow(refused);
    await using runner = world.dataSource.createQueryRunner();
    await runner.query('BEGIN');
    expect(() => world.publish('by hand')).toThrow(refused);
    await runner.query('ROLLBACK');
    let late: Promise<unknown> | undefined;
    await world.dataSource.transaction(async () => {
      late = delay(30).then(() => expect(() => world.publish('late')).toThrow(refused));
    });
    await late;
    expect(await world.published()).toEqual([]);
  });

  test('subscribers take part, up to right before COMMIT', async () => {
    await using world = await openWorld();
    const seen: string[] = [];
    world.dataSource.subscribers.push({
      afterInsert: () => void world.publish('after insert'),
      beforeTransactionCommit: () => void (world.transactions.current() && world.publish('before commit')),
      afterTransactionCommit: () => void seen.push('committed'),
    });
    await world.dataSource.getRepository(answers).save({ quiz: 'q1', text: 'saved' });
    expect(await world.published()).toEqual(['after insert 1', 'before commit 2']);
    expect(seen).toEqual(['committed']);
  });

  test('run() opens a transaction or joins the one around it, and answers to the hooks', async () => {
    await using world = await openWorld();
    const seen: string[] = [];
    await world.transactions.run(async (outer) => {
      outer.afterCommit(() => seen.push('after'));
      await world.transactions.run(async (inner) => {
        expect(inner).toBe(outer);
        const written = await inner.session.query('insert into answers (quiz, text) values ($1, $2) returning text', ['q1', 'session']);
        expect(written).toEqual({ rows: [{ text: 'session' }], rowCount: 1 });
        await inner.native.insert(answers, { quiz: 'q1', text: 'native' });
      });
      world.outbox.publish(quizClosed, { quiz: 'q1' });
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual(['after']);
    expect(await world.rows()).toEqual(['session', 'native']);
    expect(typeOrmTransactions(world.dataSource)).toBe(world.transactions);
  });

  test('a swallowed error of a statement is refused instead of rolled back without a word', async () => {
    await using world = await openWorld();
    const swallowing = world.dataSource.transaction(async (manager) => {
      await manager.query('select 1 / 0').catch(() => undefined);
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'OUTBOX_TRANSACTION_FAILED' });
  });

  test('a connection that is lost inside the transaction ends it, and the next one works', async () => {
    await using world = await openWorld();
    const seen: string[] = [];
    const lost = world.dataSource.transaction(async (manager) => {
      world.transactions.current()?.afterCommit(() => seen.push('never'));
      world.publish('never');
      const [{ pid }] = (await manager.query('select pg_backend_pid() as pid')) as [{ pid: number }];
      await world.quiz.database.query('select pg_terminate_backend($1)', [pid]);
      await manager.query('select 1');
    });
    await expect(lost).rejects.toThrow(/terminat|released|not queryable/i);
    expect(seen).toEqual([]);
    await world.dataSource.transaction(async () => world.publish('next'));
    expect(await world.published()).toEqual(['next 1']);
  });

  test('what COMMIT refuses is an error of TypeORM that says nothing of the events', async () => {
    await using world = await openWorld();
    await world.quiz.database.query('alter table answers add constraint once unique (quiz) deferrable initially deferred');
    const error = await world.dataSource
      .transaction(async (manager) => {
        world.publish('ada@example.org');
        for (const text of ['one', 'two']) await manager.insert(answers, { quiz: 'q1', text });
      })
      .catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(QueryFailedError);
    expect(error).toMatchObject({ query: 'COMMIT', driverError: { code: '23505' } });
    expect(inspect(error, { depth: 9 })).not.toContain('ada@example.org');
    expect(await world.published()).toEqual([]);
  });

  test('a connection that is lost during COMMIT leaves an unknown outcome: no hook runs, relays are woken', async () => {
    await using world = await openWorld();
    const seen: string[] = [];
    const stop = listenForWakeUps({ database: world.quiz.database.name, wake: () => seen.push('woken') });
    const error = await loseConnectionDuringCommit(world.quiz, () =>
      world.dataSource.transaction(async (manager) => {
        world.transactions.current()?.afterCommit(() => seen.push('after'));
        world.publish('unknown');
        await manager.insert(answers, { quiz: 'q1', text: 'unknown' });
      }),
    );
    stop();
    expect(error).toMatchObject({ code: 'OUTBOX_COMMIT_UNKNOWN' });
    expect(seen).toEqual(['woken']);
  });

  test('another kind of database is refused', () => {
    const dataSource = { options: { type: 'mysql' } } as DataSource;
    expect(() => typeOrmTransactions(dataSource)).toThrow(expect.objectContaining({ code: 'OUTBOX_OPTION_INVALID' }));
  });
});
