import { expect, test } from 'vitest';
import { givenProof, isRightAnswer, type JudgedQuestion } from './right-answer.ts';

const choices = [1, 2, 3, 4, 5].map((id) => ({ id, questionId: 1, choiceText: '', isGood: id < 3, explanation: null }));
const single: JudgedQuestion = { type: 'single_choice', choices, keywords: [] };
const multiple: JudgedQuestion = { ...single, type: 'multiple_choice' };
const text: JudgedQuestion = { type: 'text_input', choices: [], keywords: ['Two-2', 'three!'] };

const chosen = (shownChoiceIds: number[], selectedChoiceIds: number[]) => ({ shownChoiceIds, selectedChoiceIds });

test.each([
  ['the good one', chosen([2, 3, 4, 5], [2]), true],
  ['a wrong one', chosen([2, 3, 4, 5], [3]), false],
  ['none', chosen([2, 3, 4, 5], []), false],
  ['a good one and another', chosen([1, 2, 3, 4], [1, 2]), false],
  ['a good one that was not shown', chosen([2, 3, 4, 5], [1]), false],
  ['one of another question among those shown', chosen([2, 3, 4, 99], [2]), false],
  ['words', { texts: ['2'] }, false],
])('single choice: %s', (_, proof, expected) => {
  expect(isRightAnswer(single, proof)).toBe(expected);
});

test.each([
  ['all good ones shown', chosen([1, 2, 3, 4], [2, 1]), true],
  ['a good one is missing', chosen([1, 2, 3, 4], [1]), false],
  ['a wrong one too', chosen([1, 2, 3, 4], [1, 2, 3]), false],
  ['the only good one shown', chosen([1, 3, 4, 5], [1]), true],
  ['nothing, where no good one was shown', chosen([3, 4, 5], []), true],
  ['something, where no good one was shown', chosen([3, 4, 5], [3]), false],
])('multiple choice: %s', (_, proof, expected) => {
  expect(isRightAnswer(multiple, proof)).toBe(expected);
});

test.each([
  [['two2', 'THREE'], true],
  [['  three? ', "T.w/o'2"], true],
  [['two2'], false],
  [['two2', 'two2'], false],
  [['two2', 'three', 'three'], false],
  [['two2', 'four'], false],
  [[], false],
])('text: %j', (texts, expected) => {
  expect(isRightAnswer(text, { texts })).toBe(expected);
});

test('what is neither is no proof', () => {
  for (const given of [undefined, null, 1, {}, { shownChoiceIds: [1] }, { texts: [1] }])
    expect(givenProof.safeParse(given).success).toBe(false);
});
