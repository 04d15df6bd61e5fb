/** One database for the tests of a suite, which follow each other: making one takes longer than most of them. */
import { afterAll } from 'vitest';
import { openQuiz, type Quiz } from './quiz.ts';

/** To be called where the suite is declared. What is answered opens the quiz for the next test, with nothing in it; closing it is left to the suite. */
export function shareQuiz(): () => Promise<Quiz> {
  let shared: Promise<Quiz> | undefined;
  afterAll(async () => (await shared)?.[Symbol.asyncDispose]());
  return async () => {
    const quiz = await (shared ??= openQuiz());
    await quiz.database.query(clearing);
    return { ...quiz, [Symbol.asyncDispose]: async () => {} };
  };
}

const tables = ['outbox', 'outbox_keys', 'inbox', 'set_aside', 'parked_keys', 'discarded'];

/** Rows, and what tests do to the table of answers. */
const clearing = `
  drop function if exists hold cascade;
  alter table answers drop constraint if exists once;
  delete from answers;
  ${tables.map((table) => `delete from banyan.${table}`).join(';\n')}`;
