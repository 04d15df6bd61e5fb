import { consume, createMemoryBroker, on } from '@banyan/bus';
import type { PoolClient } from 'pg';
import { expect, test } from 'vitest';
import { createConsumerStore } from './consumer-store.ts';
import { createRelay } from './relay.ts';
import { answerSubmitted, createQuizOutbox, openQuiz, quizClosed } from './testing/quiz.ts';

test('from a row of one service to the effects of two others, each once and in order, with what follows from them', async () => {
  await using quiz = await openQuiz();
  await using grading = await openQuiz();
  const broker = createMemoryBroker();
  const seen: string[] = [];
  const gradingOutbox = createQuizOutbox(grading.transactions, '/node-learn/grading');
  const failures = new Set(['3', '7']);
  const consumers = [
    await consume({
      driver: broker.createDriver(),
      group: 'grading',
      store: createConsumerStore(grading),
      retry: { pausesMs: [], firstDelayMs: 20 },
      handlers: [
        on<PoolClient, typeof answerSubmitted>(answerSubmitted, async ({ data }, { session }) => {
          const { quiz: key, text } = data;
          await session.query('insert into answers (quiz, text) values ($1, $2)', [key, text]);
          if (failures.delete(text)) throw new Error('fails once');
          if (text === '9') gradingOutbox.publish(quizClosed, { quiz: key });
        }),
      ],
    }),
    await consume({
      driver: broker.createDriver(),
      group: 'audit',
      store: createConsumerStore(quiz),
      handlers: [on(quizClosed, async (event) => void seen.push(`${event.source} ${event.data.quiz} after ${event.causationid}`))],
    }),
  ];
  const relays = [quiz, grading].map(({ database: { url } }) => createRelay({ database: { url }, driver: broker.createDriver() }));
  for (const relay of relays) relay.start();
  const ids: string[] = [];
  for (let n = 0; n < 10; n += 1) {
    ids.push(await quiz.transactions.run(async () => quiz.outbox.publish(answerSubmitted, { quiz: 'q1', text: `${n}` })));
  }
  await expect.poll(() => seen).toEqual([`/node-learn/grading q1 after ${ids[9]}`]);
  const graded = await grading.database.query<{ text: string }>('select text from answers order by id');
  expect(graded.rows.map(({ text }) => text)).toEqual(Array.from({ length: 10 }, (_, n) => `${n}`));
  for (const consumer of consumers) expect(await consumer.stop()).toBe(true);
  for (const relay of relays) await relay.stop();
});
