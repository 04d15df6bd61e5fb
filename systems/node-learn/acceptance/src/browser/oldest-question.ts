// A question to get wrong: the oldest, because nobody deletes it while journeys beside this one draw questions from the same bank.
import { type Stage } from '../stage.ts';

export async function oldestQuestion(stage: Stage): Promise<number> {
  const questions = (await stage.ok('/api/questions')) as { id: number }[];
  return Math.min(...questions.map(({ id }) => id));
}
