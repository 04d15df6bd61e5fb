/** Whether a driver keeps types apart: brokers have names of their own for them, and a mapping is easily wrong for a type with two dots. */
import type { BusDriver } from '../driver.ts';
import { createEventSeries, type TestEvent } from './events.ts';

const wanted = ['quiz.finished', 'quiz.answer.submitted', 'quiz.answer.score.changed'];
const unwanted = ['quiz.answer', 'quiz.answer.submitted.late', 'quiz', 'quiz.finished.early', 'other.finished'];

/** Publishes types of up to three dots, subscribes to some of them, and answers one line for each that was refused, did not come, or came unasked. */
export async function findMisdeliveredTypes(driver: BusDriver, group: string): Promise<string[]> {
  const subscription = await driver.subscribe({ group, types: [...wanted, 'types.end'] });
  const next = createEventSeries();
  const problems: string[] = [];
  for (const type of [...unwanted, ...wanted]) {
    const refused = (error: unknown) => problems.push(`${type}: refused, ${(error as Error).message}`);
    await driver.publish([next('quiz-1', { type })]).catch(refused);
  }
  await driver.publish([next('quiz-1', { type: 'types.end' })]);
  // One key keeps its order: whatever is to come has come before the last event.
  const came: string[] = [];
  while (!came.includes('types.end')) {
    const batch = await subscription.pull({ max: 10, waitMs: 1_000 });
    came.push(...(batch?.deliveries ?? []).map(({ content }) => (content as TestEvent).type));
    await batch?.settle();
  }
  problems.push(...wanted.filter((type) => !came.includes(type)).map((type) => `${type}: not delivered`));
  problems.push(...unwanted.filter((type) => came.includes(type)).map((type) => `${type}: delivered, though nobody asked for it`));
  return problems;
}
