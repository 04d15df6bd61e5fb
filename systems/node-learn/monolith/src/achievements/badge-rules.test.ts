import { describe, expect, it } from 'vitest';
import { badgeRules } from './badge-rules.ts';
import type { LearnerCounts } from './learner-counts.ts';

/** A learner who has got `right` of `existing` questions right in every class. */
function learner({ right = 0, existing = 30, answers = 0, wrong = 0 } = {}): LearnerCounts {
  return {
    right: async () => right,
    existing: async () => existing,
    rightAnswers: async () => answers,
    wrongAnswersTo: async () => wrong,
  } as unknown as LearnerCounts;
}

async function earned(counts: LearnerCounts, owned: readonly number[] = [], isCorrect: unknown = true): Promise<number[]> {
  const badges: number[] = [];
  for (const [id, rule] of badgeRules) {
    if (await rule.isEarned({ counts, questionId: 1, isCorrect, owned: new Set(owned) })) badges.push(id);
  }
  return badges;
}

async function progress(id: number, counts: LearnerCounts, owned: readonly number[] = []) {
  return badgeRules.get(id)?.progress({ counts, owned: new Set(owned), definitions: 21 });
}

describe('badges', () => {
  it('are 21, checked by rising id', () => {
    expect([...badgeRules.keys()]).toEqual([...Array.from({ length: 20 }, (_, index) => index + 1), 50]);
  });

  it('come at their thresholds of different questions', async () => {
    expect(await earned(learner({ right: 0 }))).toEqual([]);
    expect(await earned(learner({ right: 1 }))).toEqual([1, 2, 3]);
    expect(await earned(learner({ right: 10 }))).toEqual([1, 2, 3, 6, 7, 8]);
    expect(await earned(learner({ right: 25 }))).toEqual([1, 2, 3, 6, 7, 8, 11, 12, 13]);
  });

  it('come for right answers with repeats', async () => {
    expect(await earned(learner({ answers: 9 }))).toEqual([]);
    expect(await earned(learner({ answers: 10 }))).toEqual([9]);
    expect(await earned(learner({ answers: 100 }))).toEqual([9, 14]);
  });

  it('come for whole classes, unless the class is empty', async () => {
    expect(await earned(learner({ right: 3, existing: 3 }))).toEqual([1, 2, 3, 4, 10, 15, 16, 17, 18, 19, 20]);
    expect(await earned(learner({ right: 0, existing: 0 }))).toEqual([]);
  });

  it('redeem a wrong answer only with a right one', async () => {
    expect(await earned(learner({ wrong: 1 }))).toEqual([5]);
    expect(await earned(learner({ wrong: 1 }), [], false)).toEqual([]);
  });

  it('make a ninja of whoever holds three masteries', async () => {
    expect(await earned(learner(), [4, 15, 17, 18, 19])).toEqual([]);
    expect(await earned(learner(), [4, 15, 20])).toEqual([50]);
  });
});

describe('progress', () => {
  it.each([
    [1, { right: 3 }, { current: 1, total: 1, label: '3 / 1 single choice' }],
    [4, { right: 3, existing: 28 }, { current: 3, total: 28, label: '3 / 28 easy questions' }],
    [5, { wrong: 3 }, { current: 0, total: 1, label: 'Answer a previously incorrect question' }],
    [6, { right: 12 }, { current: 10, total: 10, label: '12 / 10 single choice' }],
    [7, { right: 9 }, { current: 9, total: 25, label: '9 / 25 multiple choice' }],
    [9, { answers: 9 }, { current: 9, total: 100, label: '9 / 100 correct answers' }],
    [12, { right: 24 }, { current: 24, total: 50, label: '24 / 50 multiple choice' }],
    [13, { right: 24 }, { current: 24, total: 50, label: '24 / 50 text input' }],
    [14, { answers: 120 }, { current: 100, total: 100, label: '120 / 100 correct answers' }],
    [15, { right: 2, existing: 8 }, { current: 2, total: 8, label: '2 / 8 practical questions' }],
    [19, { right: 2, existing: 18 }, { current: 2, total: 18, label: '2 / 18 text input' }],
  ])('of badge %i', async (id, counts, expected) => {
    expect(await progress(id, learner(counts))).toEqual(expected);
  });

  it('of the ninja counts badges against all others', async () => {
    expect(await progress(50, learner(), [1, 2, 3])).toEqual({ current: 3, total: 20, label: '3 / 20 achievements' });
  });
});
