import { expect, test } from 'vitest';
import { readTold } from './read-told.ts';
import { answerSubmitted, createQuizOutbox, openQuiz, source } from './testing/quiz.ts';

test('whoever knows the events up to a number is told the last one, and those that the broker does not have yet', async () => {
  await using quiz = await openQuiz();
  const { transactions, outbox } = quiz;
  const others = createQuizOutbox(transactions, '/node-learn/others');
  const tell = (text: string, by = outbox, about = 'one') =>
    transactions.run(async () => void by.publish(answerSubmitted, { quiz: about, text }));
  const read = async (key: string, after: string) => {
    const { last, unsent } = await transactions.run(({ session }) => readTold(session, { source, key, after }));
    return [last, unsent.map(({ data }) => (data as { text: string }).text)];
  };
  expect(await read('one', '0')).toEqual(['0', []]);
  for (const text of ['a', 'b', 'c']) await tell(text);
  await tell('of others', others);
  await tell('of another', outbox, 'two');
  expect(await read('one', '1')).toEqual(['3', ['b', 'c']]);
  await quiz.database.query(`delete from banyan.outbox where envelope::json -> 'data' ->> 'text' = 'b'`); // as the relay does
  expect(await read('one', '1')).toEqual(['3', ['c']]);
  expect(await read('one', '3')).toEqual(['3', []]);
});
