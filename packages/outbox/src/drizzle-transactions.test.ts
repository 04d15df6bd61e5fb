import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Pool, type PoolClient } from 'pg';
import { describe, expect, test } from 'vitest';
import { drizzleTransactions } from './drizzle-transactions.ts';
import { listenForWakeUps } from './relaying/wake-up.ts';
import { createPublisher, refused } from './testing/publisher.ts';
import { holdCommits, openQuiz } from './testing/quiz.ts';
import { openClient } from './testing/session.ts';

async function openWorld() {
  const quiz = await openQuiz();
  // As if a relay were in this process: nobody else has to be told of commits.
  const stopListening = listenForWakeUps({ database: quiz.database.name, wake: () => {} });
  const statements: string[] = [];
  const database = drizzle({ client: quiz.pool, logger: { logQuery: (statement) => statements.push(statement) } });
  return {
    ...createPublisher(quiz, drizzleTransactions(database)),
    database,
    statements,
    [Symbol.asyncDispose]: async () => {
      stopListening();
      await quiz[Symbol.asyncDispose]();
    },
  };
}

describe('transactions of Drizzle', () => {
  test('rollback() drops what was published, of the whole or of a nested transaction', async () => {
    await using world = await openWorld();
    const given = world.database.transaction(async (transaction) => {
      world.publish('never');
      transaction.rollback();
    });
    await expect(given).rejects.toThrow('Rollback');
    await world.database.transaction(async (transaction) => {
      world.publish('kept');
      const nested = transaction.transaction(async (inner) => {
        world.publish('never');
        inner.rollback();
      });
      await expect(nested).rejects.toThrow('Rollback');
    });
    expect(await world.published()).toEqual(['kept 1']);
  });

  test('a connection whose COMMIT is not answered in time does not go back to the pool', async () => {
    await using quiz = await openQuiz();
    const pool = new Pool({ connectionString: quiz.database.url });
    const connected: PoolClient[] = [];
    pool.on('connect', (client) => connected.push(client));
    const database = drizzle({ client: pool });
    drizzleTransactions(database);
    const release = await holdCommits(quiz);
    const committing = database.transaction(async (transaction) => {
      await transaction.execute(sql`insert into answers (quiz, text) values ('q1', 'unknown')`);
      // From now on what the option `query_timeout` would be for all statements.
      Object.assign(Reflect.get(connected[0]!, 'connectionParameters') as object, { query_timeout: 100 });
    });
    await expect(committing).rejects.toMatchObject({ code: 'OUTBOX_COMMIT_UNKNOWN' });
    expect(pool.totalCount).toBe(0);
    release();
    await pool.end();
  });

  test('what Drizzle logs says nothing of the events', async () => {
    await using world = await openWorld();
    await world.database.transaction(async () => world.publish('one'));
    expect(world.statements).toEqual(['begin', 'commit']);
  });

  test('a BEGIN by hand is refused; one on a single connection is, before anything is lost', async () => {
    await using quiz = await openQuiz({ connections: 1 });
    const database = drizzle({ client: quiz.pool });
    const { publish } = createPublisher(quiz, drizzleTransactions(database));
    await database.execute(sql`begin`);
    expect(() => publish('by hand')).toThrow(refused);
    await database.execute(sql`rollback`);
    await using client = await openClient(quiz.database.url);
    expect(() => drizzleTransactions(drizzle({ client }))).toThrow(expect.objectContaining({ code: 'OUTBOX_OPTION_INVALID' }));
  });
});
