import { createRandom } from '@banyan/proof';
import { describe, expect, test } from 'vitest';
import { placeRun, type Result } from './ranking.ts';

const result = (userId: number, correctAnswers: number, streak = 0): Result => ({ userId, correctAnswers, totalQuestions: 9, streak });
const shown = (results: readonly Result[]) => results.map(({ userId, correctAnswers, streak }) => `${userId}: ${correctAnswers}/${streak}`);
const full = [[4, 4], [3, 3], [3, 2], [2, 2], [2, 1], [1, 0]].map(([right, streak], index) => result(11 + index, right!, streak)); // prettier-ignore

describe('a board that is full', () => {
  test('refuses who is as good as the last, whatever the streak', () => {
    expect(placeRun(full, result(1, 1, 9))).toEqual({ results: full, enteredUserId: null, evictedUserId: null });
  });

  test('gives the place of the last to who has more right answers, and ranks by streak among equals', () => {
    const { results, ...who } = placeRun(full, result(1, 2, 2));
    expect(shown(results)).toEqual(['11: 4/4', '12: 3/3', '13: 3/2', '14: 2/2', '1: 2/2', '15: 2/1']);
    expect(who).toEqual({ enteredUserId: 1, evictedUserId: 16 });
  });

  test('loses the one at the last position, also when somebody else is worse by streak', () => {
    const uneven = [...full.slice(0, 4), result(15, 1, 0), result(16, 1, 5)];
    expect(placeRun(uneven, result(1, 2))).toMatchObject({ enteredUserId: 1, evictedUserId: 16 });
  });
});

test('a board with free places takes anybody, also with nothing or less', () => {
  expect(placeRun([], result(1, -3, -1))).toMatchObject({ results: [result(1, -3, -1)], enteredUserId: 1, evictedUserId: null });
  expect(shown(placeRun(full.slice(0, 5), result(1, 9)).results)[0]).toBe('1: 9/0');
});

test('who is on the board is overwritten, also by a worse result, and ranked anew', () => {
  const { results, ...who } = placeRun(full, result(11, 0));
  expect(shown(results).at(-1)).toBe('11: 0/0');
  expect([results.length, who]).toEqual([6, { enteredUserId: null, evictedUserId: null }]);
});

test('full ties stay as they stood, the new result behind them', () => {
  const tied = [result(3, 5, 5), result(1, 5, 5), result(2, 5, 5)];
  expect(placeRun(tied, result(1, 5, 5)).results.map(({ userId }) => userId)).toEqual([3, 2, 1]);
});

describe('with the best result kept', () => {
  const keep = (run: Result) => shown(placeRun(full, run, { keepsBest: true }).results);

  test('a worse or equal result changes nothing', () => {
    expect(keep(result(11, 4, 3))).toEqual(shown(full));
    expect(keep({ ...full[2]!, totalQuestions: 99 })).toEqual(shown(full));
  });

  test('a better one counts: more right answers, or as many with a longer streak', () => {
    expect(keep(result(16, 5, 0))[0]).toBe('16: 5/0');
    expect(keep(result(16, 1, 1)).at(-1)).toBe('16: 1/1');
  });
});

test('after any runs a board has at most six users, each once, in order, and only the last one can have gone', () => {
  const random = createRandom(7);
  let board: readonly Result[] = [];
  for (let turn = 0; turn < 5_000; turn += 1) {
    const run = result(random.below(12) + 1, random.below(8), random.below(4));
    const next = placeRun(board, run);
    const users = next.results.map(({ userId }) => userId);
    expect(new Set(users).size).toBe(users.length);
    expect(users.length).toBe(
      Math.min(6, new Set([...board.map(({ userId }) => userId), ...(next.enteredUserId === null ? [] : [run.userId])]).size),
    );
    for (const [index, one] of next.results.slice(1).entries()) {
      const before = next.results[index]!;
      expect(
        before.correctAnswers > one.correctAnswers || (before.correctAnswers === one.correctAnswers && before.streak >= one.streak),
      ).toBe(true);
    }
    const gone = board.filter(({ userId }) => !users.includes(userId)).map(({ userId }) => userId);
    expect(gone).toEqual(next.evictedUserId === null ? [] : [board.at(-1)!.userId]);
    board = next.results;
  }
});
