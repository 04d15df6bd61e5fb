import type { DeadLetterEntry, DeadLetterGroup } from '@banyan/controller/dead-letters';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ageText, drawGroups, drawLetter, drawLetters } from './dead-letters.ts';

const now = Date.parse('2026-01-02T12:00:00.000Z');
const group: DeadLetterGroup = {
  id: '3f2a9c1b',
  service: 'achievement',
  group: 'achievement',
  type: 'question.updated',
  error: 'question_refs is out of reach',
  count: 12,
  oldestAt: '2026-01-02T10:00:00.000Z',
  newestAt: '2026-01-02T11:58:00.000Z',
  parkedKeys: 3,
};
const entry: DeadLetterEntry = {
  id: 'achievement-17',
  service: 'achievement',
  group: 'achievement',
  type: 'question.updated',
  key: 'q1',
  error: 'question_refs is out of reach',
  reason: 'failed',
  at: '2026-01-02T11:58:00.000Z',
  attempts: 10,
  payload: { type: 'question.updated', data: { text: 'a\u001b[2Jb' } },
  parked: 4,
};

beforeEach(() => void vi.stubEnv('npm_lifecycle_event', undefined));
afterEach(() => void vi.unstubAllEnvs());

test('groups, their numbers, and the command to type next', () => {
  expect(drawGroups({ groups: [group], retrying: 1, away: [{ service: 'quiz', why: 'it does not exist' }] }, now)).toEqual([
    '12 dead letters in 1 group; 3 keys stand still.',
    '1 event set aside is still being tried again by its service.',
    '! The database of quiz does not answer, so its letters are not shown: it does not exist',
    '',
    '3f2a9c1b  achievement  question.updated  12 letters, 3 keys parked, newest 2 min ago',
    '          question_refs is out of reach',
    '',
    'Next: banyan dead-letters --group 3f2a9c1b',
    '  or: banyan redrive --group 3f2a9c1b --dry-run',
  ]);
});

test('nothing dead is said in one line', () => {
  expect(drawGroups({ groups: [], retrying: 0, away: [] }, now)).toEqual(['✔ No dead letters.']);
});

test('one line per letter, with its place in its key', () => {
  const behind = { ...entry, id: 'achievement-18', parked: 0, behind: 'achievement-17' };
  const gone = { ...entry, parked: 0, discarded: { by: 'ada', why: 'it is ten years old', at: entry.at } };
  const lines = drawLetters([entry, behind, gone], [], now);
  expect(lines.slice(0, 3)).toEqual([
    'achievement-17  question.updated  key q1  2 min ago  4 parked, question_refs is out of reach',
    'achievement-18  question.updated  key q1  2 min ago  behind achievement-17, question_refs is out of reach',
    'achievement-17  question.updated  key q1  2 min ago  discarded by ada: it is ten years old',
  ]);
  expect(lines.at(-1)).toBe('Next: banyan dead-letters show achievement-17');
  expect(drawLetters([], [], now)).toEqual(['No such dead letter.', '', 'Next: banyan dead-letters']);
});

test('a letter whole, without what could steer the terminal', () => {
  const lines = drawLetter(entry);
  expect(lines).toEqual(
    expect.arrayContaining([
      'achievement-17  question.updated',
      'why        failed: question_refs is out of reach',
      'parked     4 events of its key behind it',
      'Next: banyan redrive achievement-17 --dry-run',
    ]),
  );
  expect(lines.join('\n')).not.toContain('\u001b');
  expect(drawLetter({ ...entry, error: 'a\u0007b' }).join('\n')).toContain('a\u{fffd}b');
});

test.each([
  [0, 'now'],
  [40, '40 s ago'],
  [150, '2 min ago'],
  [7_300, '2 h ago'],
  [200_000, '2 d ago'],
])('%i seconds are "%s"', (seconds, text) => {
  expect(ageText(new Date(now - seconds * 1_000).toISOString(), now)).toBe(text);
});
