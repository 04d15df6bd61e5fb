import { describe, expect, it } from 'vitest';
import { drawChoices } from './choice-drawing.ts';
import type { Choice } from './question.entity.ts';

function choices(good: number, wrong: number): Choice[] {
  return Array.from({ length: good + wrong }, (_, index) => ({ id: index + 1, isGood: index < good }) as Choice);
}

function drawOften(type: 'single_choice' | 'multiple_choice', from: Choice[], times = 300): Choice[][] {
  return Array.from({ length: times }, () => drawChoices(type, from));
}

describe('drawing choices of a single choice question', () => {
  it('shows one good and three different wrong ones, the good one in any place', () => {
    const draws = drawOften('single_choice', choices(1, 7));
    for (const draw of draws) {
      expect(new Set(draw.map((choice) => choice.id)).size).toBe(4);
      expect(draw.filter((choice) => choice.isGood)).toHaveLength(1);
    }
    expect(new Set(draws.map((draw) => draw.findIndex((choice) => choice.isGood)))).toEqual(new Set([0, 1, 2, 3]));
    expect(new Set(draws.flat().map((choice) => choice.id)).size).toBe(8);
  });

  it('shows fewer when there are fewer, and at most three wrong ones without a good one', () => {
    expect(drawChoices('single_choice', choices(1, 1))).toHaveLength(2);
    expect(drawChoices('single_choice', choices(0, 7))).toHaveLength(3);
    expect(drawChoices('single_choice', choices(3, 0))).toHaveLength(1);
    expect(drawChoices('single_choice', [])).toEqual([]);
  });
});

describe('drawing choices of the other questions', () => {
  it('shows any four of a multiple choice question, so that the number of good ones varies', () => {
    const draws = drawOften('multiple_choice', choices(5, 5));
    expect(draws.every((draw) => draw.length === 4)).toBe(true);
    expect(new Set(draws.map((draw) => draw.filter((choice) => choice.isGood).length)).size).toBeGreaterThan(2);
  });

  it('shows all choices of a text question in their order', () => {
    expect(drawChoices('text_input', choices(2, 4)).map((choice) => choice.id)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('leaves the given list as it is', () => {
    const given = choices(2, 4);
    drawChoices('multiple_choice', given);
    expect(given.map((choice) => choice.id)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
