import { describe, expect, test } from 'vitest';
import { listenForWakeUps } from './relaying/wake-up.ts';
import { loseConnectionDuringCommit, openQuiz, quizClosed } from './testing/quiz.ts';

const insert = 'insert into answers (quiz, text) values ($1, $2)';

describe.each([{ pipeline: false }, { pipeline: true }])('transactions of a pool with $pipeline for pipeline', ({ pipeline }) => {
  test('hooks run in their order: before COMMIT inside, after it outside; never after a rollback', async () => {
    await using quiz = await openQuiz({ pipeline });
    const seen: string[] = [];
    await quiz.transactions.run(async (transaction) => {
      transaction.afterCommit(() => seen.push(`after, inside ${quiz.transactions.current() !== undefined}`));
      transaction.beforeCommit(async () => void seen.push(`before, inside ${quiz.transactions.current() === transaction}`));
      transaction.beforeCommit(async () => void seen.push('second'));
      seen.push('work');
    });
    expect(seen).toEqual(['work', 'before, inside true', 'second', 'after, inside false']);
    const failing = quiz.transactions.run(async (transaction) => {
      transaction.afterCommit(() => seen.push('never'));
      transaction.beforeCommit(async () => {
        throw new Error('no');
      });
      await transaction.session.query(insert, ['q1', 'never']);
    });
    await expect(failing).rejects.toThrow('no');
    expect(seen).toHaveLength(4);
    expect((await quiz.database.query('select from answers')).rowCount).toBe(0);
  });

  test('the error of work after a commit does not look like a rollback', async () => {
    await using quiz = await openQuiz({ pipeline });
    const result = await quiz.transactions.run(async (transaction) => {
      transaction.afterCommit(() => {
        throw new Error('a hook fails');
      });
      return 'committed';
    });
    expect(result).toBe('committed');
  });

  test('a swallowed error of a statement is refused, where PostgreSQL would roll back without a word', async () => {
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
    const publishing = quiz.transactions.run(async ({ session }) => {
      quiz.outbox.publish(quizClosed, { quiz: 'q1' });
      await session.query(insert, ['q1', null]).catch(() => undefined);
    });
    await expect(publishing).rejects.toMatchObject({ code: 'OUTBOX_TRANSACTION_FAILED' });
  });

  test('who holds the session or the client after the end cannot write into the next transaction of the connection', async () => {
    await using quiz = await openQuiz({ connections: 1, pipeline });
    const kept = await quiz.transactions.run(async (transaction) => transaction);
    await quiz.transactions.run(async () => {
      const ended = expect.objectContaining({ code: 'OUTBOX_TRANSACTION_ENDED' });
      await expect(kept.session.query(insert, ['q1', 'late'])).rejects.toThrow(ended);
      expect(() => kept.native.query(insert, ['q1', 'late'])).toThrow(ended);
      expect(() => kept.beforeCommit(async () => {})).toThrow(ended);
    });
    expect((await quiz.database.query('select from answers')).rowCount).toBe(0);
  });

  test('a constraint checked at COMMIT rolls back, and is no unknown outcome', async () => {
    await using quiz = await openQuiz({ pipeline });
    await quiz.database.query('alter table answers add constraint once unique (quiz) deferrable initially deferred');
    const seen: string[] = [];
    const twice = quiz.transactions.run(async (transaction) => {
      transaction.afterCommit(() => seen.push('after'));
      quiz.outbox.publish(quizClosed, { quiz: 'q1' });
      await transaction.session.query('insert into answers (quiz, text) select $1, $1 from generate_series(1, 2)', ['q1']);
    });
    await expect(twice).rejects.toMatchObject({ code: '23505' });
    expect(seen).toEqual([]);
    expect(await quiz.waiting()).toEqual([]);
  });

  test('a connection that is lost during COMMIT leaves an unknown outcome: no hook runs, relays are woken', async () => {
    await using quiz = await openQuiz({ pipeline });
    const seen: string[] = [];
    const stop = listenForWakeUps({ database: quiz.database.name, wake: () => seen.push('woken') });
    const error = await loseConnectionDuringCommit(quiz, () =>
      quiz.transactions.run(async (transaction) => {
        transaction.afterCommit(() => seen.push('after'));
        quiz.outbox.publish(quizClosed, { quiz: 'q1' });
        await transaction.session.query(insert, ['q1', 'x']);
      }),
    );
    stop();
    expect(error).toMatchObject({ code: 'OUTBOX_COMMIT_UNKNOWN' });
    expect(seen).toEqual(['woken']);
    expect(await quiz.transactions.run(async () => 'the pool goes on')).toBe('the pool goes on');
  });
});
