import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import { DataSource, type EntityManager, QueryFailedError } from 'typeorm';
import { describe, expect, test } from 'vitest';
import { answerEntity as answers } from './testing/orms.ts';
import { createPublisher, type Publisher, refused } from './testing/publisher.ts';
import { openQuiz, type Quiz } from './testing/quiz.ts';
import type { Transactions } from './transactions.ts';
import { typeOrmTransactions } from './typeorm-transactions.ts';

interface World extends AsyncDisposable, Publisher {
  readonly quiz: Quiz;
  readonly dataSource: DataSource;
  readonly transactions: Transactions<EntityManager>;
}

async function openWorld(): Promise<World> {
  const quiz = await openQuiz();
  const dataSource = await new DataSource({
    type: 'postgres',
    url: quiz.database.url,
    entities: [answers],
    subscribers: [],
  }).initialize();
  const transactions = typeOrmTransactions(dataSource);
  return {
    ...createPublisher(quiz, transactions),
    quiz,
    dataSource,
    transactions,
    [Symbol.asyncDispose]: async () => {
      await dataSource.destroy();
      await quiz[Symbol.asyncDispose]();
    },
  };
}

describe('transactions of TypeORM', () => {
  test('manager.transaction is seen, of the DataSource and of a repository; BEGIN sent as a query is not', async () => {
    await using world = await openWorld();
    await world.dataSource.manager.transaction('READ COMMITTED', async (manager) => {
      world.publish('one');
      await manager.save(answers, { quiz: 'q1', text: 'one' });
    });
    await world.dataSource.getRepository(answers).manager.transaction(async () => world.publish('two'));
    await using runner = world.dataSource.createQueryRunner();
    await runner.query('BEGIN');
    expect(() => world.publish('by hand')).toThrow(refused);
    await runner.query('ROLLBACK');
    expect(await world.published()).toEqual(['one 1', 'two 2']);
    expect(await world.rows()).toEqual(['one']);
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

  test('another kind of database is refused', () => {
    const dataSource = { options: { type: 'mysql' } } as DataSource;
    expect(() => typeOrmTransactions(dataSource)).toThrow(expect.objectContaining({ code: 'OUTBOX_OPTION_INVALID' }));
  });
});
