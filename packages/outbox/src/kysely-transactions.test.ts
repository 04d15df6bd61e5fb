import { setTimeout as delay } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql, SqliteDialect } from 'kysely';
import { describe, expect, test } from 'vitest';
import { kyselyTransactions } from './kysely-transactions.ts';
import type { Tables } from './testing/orms.ts';
import { createPublisher, refused } from './testing/publisher.ts';
import { openQuiz } from './testing/quiz.ts';

async function openWorld() {
  const quiz = await openQuiz();
  const statements: string[] = [];
  const dialect = new PostgresDialect({ pool: quiz.pool });
  const database = new Kysely<Tables>({ dialect, log: ({ query }) => void statements.push(query.sql) });
  const transactions = kyselyTransactions(database);
  return {
    ...createPublisher(quiz, transactions),
    quiz,
    database,
    transactions,
    statements,
    [Symbol.asyncDispose]: () => quiz[Symbol.asyncDispose](),
  };
}

const answer = (text: string) => ({ quiz: 'q1', text });

describe('transactions of Kysely', () => {
  test('startTransaction() is seen until it is committed or rolled back', async () => {
    await using world = await openWorld();
    const first = await world.database.startTransaction().execute();
    await first.insertInto('answers').values(answer('one')).execute();
    world.publish('one');
    await first.commit().execute();
    expect(() => world.publish('between')).toThrow(refused);
    const second = await world.database.startTransaction().setIsolationLevel('serializable').execute();
    expect((await sql`show transaction_isolation`.execute(second)).rows).toEqual([{ transaction_isolation: 'serializable' }]);
    await second.insertInto('answers').values(answer('never')).execute();
    world.publish('never');
    await second.rollback().execute();
    expect(() => world.publish('after')).toThrow(refused);
    const third = await world.database.startTransaction().execute();
    world.publish('two');
    await third.commit().execute();
    expect(await world.published()).toEqual(['one 1', 'two 2']);
    expect(await world.rows()).toEqual(['one']);
  });

  test('going back to a savepoint drops what was published since', async () => {
    await using world = await openWorld();
    const transaction = await world.database.startTransaction().execute();
    world.publish('before');
    const inside = await transaction.savepoint('Inside').execute();
    await inside.insertInto('answers').values(answer('never')).execute();
    world.publish('never');
    await inside.rollbackToSavepoint('Inside').execute();
    world.publish('kept');
    await inside.releaseSavepoint('Inside').execute();
    await transaction.commit().execute();
    expect(await world.published()).toEqual(['before 1', 'kept 2']);
    expect(await world.rows()).toEqual([]);
  });

  test('what a hook refuses at commit() is rolled back, and rollback() after it gives the connection back', async () => {
    await using world = await openWorld();
    const transaction = await world.database.startTransaction().execute();
    await transaction.insertInto('answers').values(answer('never')).execute();
    world.transactions.current()!.beforeCommit(() => Promise.reject(new Error('late')));
    await expect(transaction.commit().execute()).rejects.toThrow('late');
    await transaction.rollback().execute();
    await world.database.insertInto('answers').values(answer('next')).execute();
    expect(await world.rows()).toEqual(['next']);
    expect(world.quiz.pool.idleCount).toBe(world.quiz.pool.totalCount);
  });

  test('two that begin side by side, without an await before, do not join each other', async () => {
    await using world = await openWorld();
    const work = async (text: string, wait: Promise<unknown>) => {
      const transaction = await world.database.startTransaction().execute();
      await wait;
      world.publish(text);
      await transaction.commit().execute();
      expect(() => world.publish('afterwards')).toThrow(refused);
    };
    await Promise.all([work('slow', delay(100)), work('quick', delay(1))]);
    expect(await world.published()).toEqual(['quick 1', 'slow 2']);
  });

  test('transactions of what a database is made into are seen as well', async () => {
    await using world = await openWorld();
    await world.database
      .withSchema('public')
      .$pickTables<'answers'>()
      .transaction()
      .setIsolationLevel('repeatable read')
      .execute(async (transaction) => {
        await transaction.withoutPlugins().insertInto('answers').values(answer('one')).execute();
        world.publish('one');
      });
    const transactions = kyselyTransactions(world.database.withSchema('public'));
    await transactions.run(async ({ native }) => {
      await native.insertInto('answers').values(answer('two')).execute();
      world.publish('two');
    });
    expect(await world.published()).toEqual(['one 1', 'two 2']);
    expect(await world.rows()).toEqual(['one', 'two']);
  });

  test('a BEGIN by hand, and a transaction of what connection() hands out, are refused', async () => {
    await using world = await openWorld();
    await world.database.connection().execute(async (connected) => {
      await sql`begin`.execute(connected);
      expect(() => world.publish('by hand')).toThrow(refused);
      await sql`rollback`.execute(connected);
      await connected.transaction().execute(async () => expect(() => world.publish('connected')).toThrow(refused));
    });
    expect(await world.published()).toEqual([]);
  });

  test('the dialect of another database is refused', () => {
    const database = new Kysely({ dialect: new SqliteDialect({ database: () => Promise.reject(new Error('is not opened')) }) });
    expect(() => kyselyTransactions(database)).toThrow(expect.objectContaining({ code: 'OUTBOX_OPTION_INVALID' }));
  });

  test('what Kysely logs says nothing of the events', async () => {
    await using world = await openWorld();
    await world.database.transaction().execute(async () => world.publish('one'));
    expect(await world.published()).toEqual(['one 1']);
    expect(world.statements.join()).not.toContain('write_events');
  });
});
