import { describe, expect, test } from 'vitest';
import { bodyOf, draftOf, emptyDraft, problemsOf, type QuestionDraft } from './question-draft.ts';

const choice = (choiceText: string, isGood = false, explanation = '') => ({ key: choiceText, choiceText, isGood, explanation });
const single: QuestionDraft = {
  ...emptyDraft,
  topic: ' Timers ',
  question: '<p>?</p>',
  choices: [choice('yes', true), choice('no', false, 'why'), choice(' ')],
};

describe('what is sent', () => {
  test('is the whole question, its filled choices without ids', () => {
    expect(bodyOf(single)).toMatchObject({
      topic: 'Timers',
      quiz: null,
      answer: null,
      matchKeywords: null,
      choices: [
        { choiceText: 'yes', isGood: true, explanation: null },
        { choiceText: 'no', isGood: false, explanation: 'why' },
      ],
    });
    expect(JSON.stringify(bodyOf(single))).not.toContain('"id"');
  });

  test('of a text question is its words and no choices', () => {
    expect(bodyOf({ ...single, questionType: 'text_input', keywords: ' one \n\n two' })).toMatchObject({
      matchKeywords: ['one', 'two'],
      choices: [],
    });
  });

  test('of a question that was only opened is what was there', () => {
    const stored = {
      ...bodyOf(single),
      id: 5,
      answer: '<p>a</p>',
      quiz: 'q',
      choices: [{ id: 1, questionId: 5, choiceText: 'yes', isGood: true, explanation: null }],
    };
    const { id: _, choices, ...texts } = stored;
    expect(bodyOf(draftOf(stored))).toEqual({
      ...texts,
      choices: choices.map(({ choiceText, isGood, explanation }) => ({ choiceText, isGood, explanation })),
    });
  });
});

describe('saving is refused', () => {
  test.each<[string, Partial<QuestionDraft>]>([
    ['The topic is missing.', { topic: ' ' }],
    ['The question itself is missing.', { question: '' }],
    ['Exactly one choice must be right; 2 are.', { choices: [choice('a', true), choice('b', true)] }],
    ['At least one choice must be right.', { questionType: 'multiple_choice', choices: [choice('a'), choice('b')] }],
    ['A choice question needs at least two choices.', { choices: [choice('a', true)] }],
    ['A text question needs at least one expected word.', { questionType: 'text_input', keywords: ' \n' }],
  ])('%s', (problem, change) => expect(problemsOf({ ...single, ...change })).toEqual([problem]));

  test('not when nothing is wrong', () => expect(problemsOf(single)).toEqual([]));
});
