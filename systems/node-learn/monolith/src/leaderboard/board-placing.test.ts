import { describe, expect, it } from 'vitest';
import { type PlacedRun, placeRun } from './board-placing.ts';

function board(...rightAnswers: number[]): PlacedRun[] {
  return rightAnswers.map((correctAnswers, index) => ({ position: index + 1, userId: index + 10, correctAnswers }));
}

describe('placing a run on a board', () => {
  it('overwrites the run of a user who is on it, also with a worse one', () => {
    expect(placeRun(board(9, 8, 7), { userId: 11, correctAnswers: 0 })).toEqual({ kind: 'overwrite', position: 2 });
  });

  it('takes the lowest free position while fewer than six hold a place', () => {
    expect(placeRun([], { userId: 1, correctAnswers: 0 })).toEqual({ kind: 'insert', position: 1 });
    expect(placeRun(board(5, 4), { userId: 1, correctAnswers: 9 })).toEqual({ kind: 'insert', position: 3 });
    const withGap = board(5, 4, 3).filter((entry) => entry.position !== 2);
    expect(placeRun(withGap, { userId: 1, correctAnswers: 9 })).toEqual({ kind: 'insert', position: 2 });
  });

  it('replaces the last of a full board only with more right answers', () => {
    const full = board(4, 3, 3, 2, 2, 1);
    expect(placeRun(full, { userId: 1, correctAnswers: 2 })).toEqual({ kind: 'replace-last', position: 6 });
    expect(placeRun(full, { userId: 1, correctAnswers: 1 })).toEqual({ kind: 'refuse' });
  });
});
