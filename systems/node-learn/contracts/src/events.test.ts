import { checkEventData, eventsPublishedBy, eventsReadBy, partitionKeyOf } from '@banyan/contract';
import { expect, test } from 'vitest';
import { events, questionUpdated, userAuthenticated } from './events.ts';
import { idToText } from './ids.ts';

test('each type has one publisher, but for the retired name that has none', () => {
  expect(events.filter((entry) => !('publisher' in entry)).map(({ contract }) => contract.type)).toEqual(['achievement.unlocked']);
  expect(new Set(events.map(({ contract }) => contract.type)).size).toBe(15);
  expect(eventsPublishedBy(events, 'question').map(({ type }) => type)).toEqual([
    'question.created',
    'question.updated',
    'question.deleted',
  ]);
});

test('a service reads what its own data refers to', () => {
  expect(eventsReadBy(events, 'quiz').map(({ type }) => type)).toEqual([
    'user.created', 'user.authenticated', 'user.deleted', 'question.created', 'question.updated', 'question.deleted',
    'achievement.checked', 'achievement.check_failed', 'user.stats.reset',
  ]); // prettier-ignore
  expect(eventsReadBy(events, 'question')).toEqual([]);
});

test('ids are decimal text wherever an event names something, and the key is one of them', () => {
  for (const { contract } of events) {
    const fields = Object.entries(contract.data.shape).filter(
      ([name]) => name.endsWith('Id') && !/^(?:correlation|answerEvent)Id$/.test(name),
    );
    expect(fields.map(([name]) => name)).toContain(contract.key);
    for (const [, schema] of fields) {
      expect([42, '4x', ''].map((value) => schema.safeParse(value).success)).toEqual([false, false, false]);
      expect(schema.safeParse(idToText(42)).success).toBe(true);
    }
  }
});

const question = {
  questionId: '7',
  questionType: 'single_choice',
  practical: false,
  difficulty: 'easy',
  topic: 'Streams',
  question: '<p>Why?</p>',
  quiz: null,
  isActive: true,
  choiceCount: 8,
  keywordCount: 0,
  createdAt: '2026-01-02T03:04:05.006Z',
  updatedAt: '2026-01-02T03:04:05.006Z',
};

test('what gives an answer away does not get into an event, whoever puts it there', () => {
  const told = checkEventData(questionUpdated, { ...question, answer: 'secret', matchKeywords: ['secret'], choices: [{ isGood: true }] });
  expect(told).toEqual(question);
  expect(partitionKeyOf(questionUpdated, told)).toBe('7');
});

test('numbers for ids and dates that are no dates are refused', () => {
  expect(() => checkEventData(questionUpdated, { ...question, questionId: 7, updatedAt: 'today' })).toThrowError(/questionId.*updatedAt/);
});

test('what is known about a person is marked as such', () => {
  expect(userAuthenticated.personal).toEqual(['email', 'name', 'picture']);
});
