import type { RedriveEnd } from '@banyan/controller/redriving';
import { afterEach, expect, test, vi } from 'vitest';
import { parseCall } from '../command-line.ts';
import { exitCodeOf, nextOf, redrive } from './redrive.ts';

const end: RedriveEnd = {
  done: true,
  step: 'redriven',
  message: '',
  letters: 3,
  handled: 3,
  failed: 0,
  waiting: 0,
  skipped: 0,
  stored: 0,
  parkedLeft: 0,
  parkedFailed: 0,
};

afterEach(() => void vi.unstubAllEnvs());

test.each([
  [{}, 0],
  [{ handled: 2, failed: 1 }, 1],
  [{ handled: 2, waiting: 1 }, 1],
  [{ parkedFailed: 1 }, 1],
  [{ handled: 0, stored: 3 }, 0],
  [{ handled: 2, skipped: 1 }, 0],
] as const)('%j ends with exit code %i', (counts, code) => {
  expect(exitCodeOf({ ...end, ...counts })).toBe(code);
});

test('the next command follows from what came of it', () => {
  expect(nextOf(end, '--all')).toBe('');
  expect(nextOf({ ...end, letters: 0, step: 'dry-run' }, '--all')).toBe('');
  expect(nextOf({ ...end, step: 'dry-run' }, '--group 3f2a9c1b')).toContain('banyan redrive --group 3f2a9c1b --reason "<why>"');
  expect(nextOf({ ...end, failed: 1 }, 'quiz-1')).toContain('banyan dead-letters');
  expect(nextOf({ ...end, stored: 1 }, 'quiz-1')).toContain('banyan dead-letters');
});

test.each([[[]], [['quiz-1', '--all']], [['--group', 'a', '--all']]])('%j does not say which', async (words) => {
  await expect(redrive.run(parseCall(redrive, words))).rejects.toMatchObject({
    code: 'CLI_OPTION_INVALID',
    message: expect.stringContaining('which') as string,
  });
});

test('without a reason it says how to give one', async () => {
  await expect(redrive.run(parseCall(redrive, ['quiz-1']))).rejects.toMatchObject({ fix: 'banyan redrive quiz-1 --reason "<why>"' });
});
