import { describe, expect, test } from 'vitest';
import { areChoicesRight, areWordsRight } from './judge.ts';

const bank = [1, 2, 3, 4, 5, 6].map((id) => ({ id, isGood: id <= 2 }));

describe('choices are right', () => {
  test.each<[string, number[], number[], boolean]>([
    ['with the one good choice', [1, 3, 4, 5], [1], true],
    ['not with a wrong one', [1, 3, 4, 5], [3], false],
    ['not with a wrong one besides', [1, 3, 4, 5], [1, 3], false],
    ['not with one good choice of two', [1, 2, 3, 4], [1], false],
    ['with all good ones that are shown', [1, 2, 3, 4], [2, 1], true],
    ['with nothing, when none that is shown is good', [3, 4, 5, 6], [], true],
    ['not with anything, when none that is shown is good', [3, 4, 5, 6], [4], false],
    ['not with nothing, when one is good', [1, 4, 5, 6], [], false],
  ])('%s', (_, shown, selected, isRight) => expect(areChoicesRight(shown, selected, bank)).toBe(isRight));
});

describe('words are right', () => {
  test.each<[string, string[], string[], boolean]>([
    ['in any order and case, without the signs', [' two2', 'THREE'], ['three!', 'Two-2'], true],
    ['not when one is missing', ['two2'], ['Two-2', 'three'], false],
    ['not when one is repeated', ['two2', 'Two-2'], ['Two-2', 'three'], false],
    ['not when one is repeated besides', ['two2', 'three', 'three'], ['Two-2', 'three'], false],
    ['not when one is wrong', ['two2', 'four'], ['Two-2', 'three'], false],
  ])('%s', (_, words, keywords, isRight) => expect(areWordsRight(words, keywords)).toBe(isRight));
});
