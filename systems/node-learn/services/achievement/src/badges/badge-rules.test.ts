import { describe, expect, test } from 'vitest';
import { Learner, question, standing, type TestQuestion } from '../testing/standings.ts';
import { type BadgeRule, badgeRules, type Standing } from './badge-rules.ts';
import { findEarnedBadges } from './earned-badges.ts';

const many = (count: number, change: Partial<TestQuestion> = {}) => Array.from({ length: count }, () => question(change));
const right = (questions: readonly TestQuestion[], times = 1) => new Map(questions.map((it) => [it, times]));
const rule = (id: number): BadgeRule => badgeRules.get(id)!;
const isEarned = (id: number, change: Partial<Standing> & { isCorrect?: boolean }) =>
  rule(id).isEarned({ ...standing(new Map()), ...change });

test('there are 21 badges, checked by rising id', () => {
  expect([...badgeRules.keys()]).toEqual([...Array.from({ length: 20 }, (_, index) => index + 1), 50]);
});

describe('each condition alone', () => {
  test.each([
    [1, 1, 'single_choice'], [6, 10, 'single_choice'], [11, 25, 'single_choice'],
    [2, 1, 'multiple_choice'], [7, 10, 'multiple_choice'], [12, 25, 'multiple_choice'],
    [3, 1, 'text_input'], [8, 10, 'text_input'], [13, 25, 'text_input'],
  ])('badge %i: %i different questions of type %s', (id, needed, questionType) => {
    const others = many(30, { questionType: questionType === 'text_input' ? 'single_choice' : 'text_input' });
    const bank = [...many(30, { questionType }), ...others];
    const earnedWith = (count: number) => isEarned(id, standing(right([...bank.slice(0, count), ...others], 3), bank));
    expect([earnedWith(needed - 1), earnedWith(needed), earnedWith(needed + 1)]).toEqual([false, true, true]);
  }); // prettier-ignore

  test.each<[number, Partial<TestQuestion>, Partial<TestQuestion>]>([
    [4, { difficulty: 'easy' }, { difficulty: 'hard' }],
    [10, { difficulty: 'medium' }, { difficulty: 'easy' }],
    [20, { difficulty: 'hard' }, { difficulty: 'medium' }],
    [15, { practical: true }, { practical: false }],
    [16, { practical: false }, { practical: true }],
    [17, { questionType: 'single_choice' }, { questionType: 'text_input' }],
    [18, { questionType: 'multiple_choice' }, { questionType: 'single_choice' }],
    [19, { questionType: 'text_input' }, { questionType: 'multiple_choice' }],
  ])('badge %i: every question of %j', (id, inside, outside) => {
    const members = many(3, inside);
    const bank = [...members, ...many(2, outside)];
    const earnedWith = (questions: readonly TestQuestion[]) => isEarned(id, standing(right(questions), bank));
    expect([earnedWith(members.slice(1)), earnedWith(members)]).toEqual([false, true]);
    expect(isEarned(id, standing(right(many(2, outside))))).toBe(false); // an empty class is never mastered
  });

  test.each([[9, 10], [14, 100]])('badge %i: %i right answers, repeats included', (id, needed) => {
    expect([needed - 1, needed].map((rightAnswers) => isEarned(id, { rightAnswers }))).toEqual([false, true]);
  }); // prettier-ignore

  test('badge 5: right now, and wrong before', () => {
    expect(isEarned(5, { wrongAnswers: 1 })).toBe(true);
    expect([isEarned(5, { wrongAnswers: 0 }), isEarned(5, { wrongAnswers: 1, isCorrect: false })]).toEqual([false, false]);
  });

  test('badge 50: three of the five masteries', () => {
    const earnedWith = (...owned: number[]) => isEarned(50, { owned: new Set(owned) });
    expect([earnedWith(4, 15, 20), earnedWith(10, 16, 4, 20)]).toEqual([true, true]);
    expect([earnedWith(4, 15), earnedWith(4, 17, 18, 19), earnedWith()]).toEqual([false, false, false]);
  });
});

describe('a check', () => {
  test('brings what was observed of a long career', () => {
    const singles = [...many(10), ...many(10, { difficulty: 'medium' }), ...many(5, { difficulty: 'hard', practical: true })];
    const multiples = many(25, { questionType: 'multiple_choice' });
    const texts = many(25, { questionType: 'text_input', difficulty: 'medium' });
    const inactive = question();
    const learner = new Learner([...singles, ...multiples, ...texts, inactive]);
    expect(learner.answerRight(singles.slice(20))).toEqual({ 1: [1], 5: [15, 20] });
    expect(learner.answerRight(singles.slice(0, 10))).toEqual({ 5: [6, 9] });
    expect(learner.answerRight(multiples)).toEqual({ 1: [2], 10: [7], 25: [12, 18] });
    expect(learner.answerRight([inactive])).toEqual({ 1: [4, 50] });
    expect(learner.answerRight(singles.slice(10, 20))).toEqual({ 9: [11], 10: [17] });
    expect(learner.answerRight(texts)).toEqual({ 1: [3], 10: [8], 25: [10, 13, 16, 19] });
    expect(learner.answerRight(Array.from({ length: 24 }, () => singles[0]!))).toEqual({ 24: [14] });
    learner.answerWrong(singles[20]!);
    expect(learner.answerRight([singles[20]!])).toEqual({ 1: [5] });
    expect(learner.owned.size).toBe(21);
  });

  test('does not lose the other badges to a rule that throws', () => {
    const broken: BadgeRule = { ...rule(2), isEarned: () => { throw new Error('broken'); } }; // prettier-ignore
    const rules = new Map([...badgeRules, [2, broken]]);
    const both = standing(right([question(), question({ questionType: 'multiple_choice' })]));
    expect(findEarnedBadges(both)).toEqual([1, 2, 4, 16, 17, 18]);
    expect(findEarnedBadges(both, rules)).toEqual([1, 4, 16, 17, 18]);
  });

  test('skips what is owned', () => {
    expect(findEarnedBadges({ ...standing(new Map()), rightAnswers: 10, owned: new Set([9]) })).toEqual([]);
  });
});

describe('progress', () => {
  const of = (id: number, change: Partial<Standing>, trueTotals = false) =>
    rule(id).progress({ ...standing(new Map()), ...change }, { definitions: 21, trueTotals });
  const rightOf = (count: number, change: Partial<TestQuestion>, existing = count) => {
    const bank = many(existing, change);
    return standing(right(bank.slice(0, count)), bank);
  };

  test.each([
    [1, rightOf(3, {}), { current: 1, total: 1, label: '3 / 1 single choice' }],
    [4, rightOf(3, {}, 28), { current: 3, total: 28, label: '3 / 28 easy questions' }],
    [5, { wrongAnswers: 3 }, { current: 0, total: 1, label: 'Answer a previously incorrect question' }],
    [6, rightOf(12, {}), { current: 10, total: 10, label: '12 / 10 single choice' }],
    [7, rightOf(9, { questionType: 'multiple_choice' }), { current: 9, total: 25, label: '9 / 25 multiple choice' }],
    [9, { rightAnswers: 9 }, { current: 9, total: 100, label: '9 / 100 correct answers' }],
    [12, rightOf(24, { questionType: 'multiple_choice' }), { current: 24, total: 50, label: '24 / 50 multiple choice' }],
    [13, rightOf(24, { questionType: 'text_input' }), { current: 24, total: 50, label: '24 / 50 text input' }],
    [14, { rightAnswers: 120 }, { current: 100, total: 100, label: '120 / 100 correct answers' }],
    [15, rightOf(2, { practical: true }, 8), { current: 2, total: 8, label: '2 / 8 practical questions' }],
    [19, rightOf(2, { questionType: 'text_input' }, 18), { current: 2, total: 18, label: '2 / 18 text input' }],
    [20, rightOf(0, {}), { current: 0, total: 0, label: '0 / 0 hard questions' }],
    [50, { owned: new Set([1, 2, 3]) }, { current: 3, total: 20, label: '3 / 20 achievements' }],
  ])('of badge %i', (id, change, expected) => {
    expect(of(id, change)).toEqual(expected);
  });

  test('flag achievements.progressTotals: totals are what the condition needs', () => {
    const totals = (trueTotals: boolean) => [7, 9, 12, 13].map((id) => of(id, {}, trueTotals).total);
    expect([totals(false), totals(true)]).toEqual([[25, 100, 50, 50], [10, 10, 25, 25]]); // prettier-ignore
  });
});
