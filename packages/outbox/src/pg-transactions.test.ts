import { describe, expect, test } from 'vitest';
import { openQuiz } from './testing/quiz.ts';

const insert = 'insert into answers (quiz, text) values ($1, $2)';

describe.each([{ pipeline: false }, { pipeline: true }])('transactions of a pool with $pipeline for pipeline', ({ pipeline }) => {
  test('PostgreSQL alone would roll back without a word when the error of a statement is swallowed', async () => {
    await using quiz = await openQuiz({ pipeline });
    const client = await quiz.pool.connect();
    await client.query('begin');
    await client.query(insert, ['q1', null]).catch(() => undefined);
    expect((await client.query('commit')).command).toBe('ROLLBACK'); // what a naive run() takes for a success
    client.release();
    const swallowing = quiz.transactions.run(async ({ session }) => {
      await session.query(insert, ['q1', null]).catch(() => undefined);
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'OUTBOX_TRANSACTION_FAILED' });
  });

  test('who holds the client after the end cannot write into the next transaction of the connection', async () => {
    await using quiz = await openQuiz({ connections: 1, pipeline });
    const kept = await quiz.transactions.run(async (transaction) => transaction);
    await quiz.transactions.run(async () => {
      const ended = expect.objectContaining({ code: 'OUTBOX_TRANSACTION_ENDED' });
      expect(() => kept.native.query(insert, ['q1', 'late'])).toThrow(ended);
    });
    expect((await quiz.database.query('select from answers')).rowCount).toBe(0);
  });
});
