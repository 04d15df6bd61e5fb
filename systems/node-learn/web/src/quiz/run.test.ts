import { describe, expect, test } from 'vitest';
import type { Question, RevealedAnswer } from '../api/routes.ts';
import { currentQuestion, giveAnswer, goOn, isOver, type Run, skipQuestion, startRun } from './run.ts';

const mode = { id: 9, name: 'Random', description: null, filters: {} };
const when = '2026-01-01T00:00:00.000Z';

function question(id: number, questionType: Question['questionType']): Question {
  const choices =
    questionType === 'text_input'
      ? []
      : [1, 2, 3, 4].map((n) => ({ id: id * 10 + n, questionId: id, choiceText: `${n}`, explanation: null }));
  const texts = { question: '<p>?</p>', quiz: null, topic: 'T', difficulty: 'easy' as const };
  return { id, questionType, practical: false, isActive: true, choices, createdAt: when, updatedAt: when, ...texts };
}

/** The first choice is the right one; the word is "word". */
function revealed({ id, choices }: Question): RevealedAnswer {
  return {
    questionId: id,
    answer: '',
    choices: choices.map((choice, at) => ({ ...choice, explanation: null, isGood: at === 0 })),
    matchKeywords: ['word'],
  };
}

function play(run: Run, isRight: boolean): Run {
  const present = currentQuestion(run)!;
  const selected = present.choices.slice(isRight ? 0 : 1, isRight ? 1 : 2).map(({ id }) => id);
  const words = [isRight ? 'word' : 'other'];
  return goOn(giveAnswer({ ...run, draft: { selected, words } }, revealed(present), `key ${present.id}`));
}

const bank = [1, 2, 3, 4, 5].map((id) => question(id, id === 3 ? 'text_input' : 'single_choice'));
const inOrder = () => 0.999_999;

describe('a run', () => {
  test('counts right answers, the streak of choice answers, and what the server has yet to count', () => {
    const run = [true, true, false, true, false].reduce(play, startRun(mode, bank, 10, inOrder));
    expect(run).toMatchObject({ correct: 3, total: 5, streak: 0, bestStreak: 3, isBoardBehind: true });
    expect(run.outcomes).toEqual(['right', 'right', 'wrong', 'right', 'wrong']);
    expect(run.uncounted.map(({ questionId, isCorrect, streak }) => [questionId, isCorrect, streak])).toEqual([
      [1, true, 1],
      [2, true, 2],
      [3, false, 2],
      [4, true, 3],
      [5, false, 0],
    ]);
    expect(isOver(run)).toBe(true);
  });

  test('a skipped question counts nowhere', () => {
    const begun = startRun(mode, bank, 10, inOrder);
    const run = goOn(skipQuestion(begun, revealed(bank[0]!)));
    expect(run).toMatchObject({ position: 1, total: 0, outcomes: ['skipped'], uncounted: [], isBoardBehind: false });
  });

  test('an answer is given once, and nobody goes on without one', () => {
    const begun = startRun(mode, bank, 10, inOrder);
    expect(goOn(begun)).toBe(begun);
    const given = giveAnswer({ ...begun, draft: { selected: [11], words: [] } }, revealed(bank[0]!), 'one');
    expect(giveAnswer(given, revealed(bank[0]!), 'two')).toBe(given);
    expect(skipQuestion(given, revealed(bank[0]!))).toBe(given);
  });

  test('has as many questions as asked for, each once', () => {
    const run = startRun(mode, bank, 3, Math.random);
    expect(new Set(run.questions.map(({ id }) => id)).size).toBe(3);
  });
});
