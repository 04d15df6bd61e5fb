/** Picks the choices a visitor gets to see, afresh for every request. */
import type { Choice, QuestionType } from './question.entity.ts';

const choicesShown = 4;

/** Picks an integer from 0 up to, not including, `limit`. */
export type Dice = (limit: number) => number;

/**
 * Single choice: one good and three wrong ones (fewer when there are fewer), shuffled.
 * Multiple choice: any four. Text input: all, which normally is none.
 */
export function drawChoices(type: QuestionType, choices: readonly Choice[], dice: Dice = rollDice): Choice[] {
  if (type === 'text_input') return [...choices];
  if (type === 'multiple_choice') return shuffle(choices, dice).slice(0, choicesShown);
  const good = shuffle(goodOf(choices), dice).slice(0, 1);
  const wrong = shuffle(wrongOf(choices), dice).slice(0, choicesShown - 1);
  return shuffle([...good, ...wrong], dice);
}

function goodOf(choices: readonly Choice[]): Choice[] {
  return choices.filter((choice) => choice.isGood);
}

function wrongOf(choices: readonly Choice[]): Choice[] {
  return choices.filter((choice) => !choice.isGood);
}

/** Fisher and Yates, as Durstenfeld wrote it. */
function shuffle<T>(items: readonly T[], dice: Dice): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = dice(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}

function rollDice(limit: number): number {
  return Math.floor(Math.random() * limit);
}
