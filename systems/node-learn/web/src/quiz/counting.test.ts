import type { AskOptions } from '@banyan/web/ask';
import { AskFailure } from '@banyan/web/failure';
import { expect, test } from 'vitest';
import type { Api } from '../api/routes.ts';
import { countRun } from './counting.ts';
import { type Run, startRun } from './run.ts';

const run: Run = {
  ...startRun({ id: 4, name: 'Easy', description: null, filters: {} }, [], 0, Math.random),
  correct: 1,
  total: 2,
  uncounted: [
    { key: 'a', questionId: 1, isCorrect: true, streak: 1 },
    { key: 'b', questionId: 2, isCorrect: false, streak: 0 },
  ],
  isBoardBehind: true,
};
const badge = { id: 1, title: 'First', description: '', sprite_col: 0, sprite_row: 0 };

function askerThat(answers: (name: string, options: AskOptions) => object): Api & { readonly asked: string[] } {
  const asked: string[] = [];
  const ask = async (name: string, options: AskOptions = {}) => {
    asked.push(name);
    return answers(name, options);
  };
  return { ask: ask as unknown as Api['ask'], asked };
}

const allIsWell = (name: string) => (name === 'stats.record' ? { success: true, awardedAchievements: [badge] } : { success: true });

test('every answer is told under its key, then the result, once', async () => {
  const asker = askerThat(allIsWell);
  const counted = await countRun(asker, run, { id: 7, name: 'Vera' });
  expect(asker.asked).toEqual(['stats.record', 'stats.record', 'leaderboard.update']);
  expect(counted).toEqual({ keys: ['a', 'b'], isBoardUpToDate: true, awarded: [badge, badge] });
});

test('a guest is not posted to boards', async () => {
  const asker = askerThat(allIsWell);
  expect(await countRun(asker, run, { id: 1 })).toMatchObject({ isBoardUpToDate: true });
  expect(asker.asked).not.toContain('leaderboard.update');
});

test('what fails stays uncounted, and the rest is told all the same', async () => {
  const asker = askerThat((name, { idempotencyKey }) => {
    if (idempotencyKey === 'a' || name === 'leaderboard.update') throw new AskFailure('held');
    return allIsWell(name);
  });
  const counted = await countRun(asker, run, { id: 7, name: 'Vera' });
  expect(counted).toMatchObject({ keys: ['b'], isBoardUpToDate: false, failure: { kind: 'held' } });
});
