/** A pin ends when a barrier call made after its last write is confirmed, and never before. */
import { expect, it } from 'vitest';
import { defaultLimits } from '../config.ts';
import { PinBoard, type PinBoardParts } from './pin-board.ts';

function createBoard(parts: Partial<PinBoardParts> = {}): { board: PinBoard; calls: (() => void)[]; unpinned: string[]; all: boolean[] } {
  const calls: (() => void)[] = [];
  const unpinned: string[] = [];
  const all: boolean[] = [];
  const board = new PinBoard({
    limits: { ...defaultLimits, ownWriteWaitMs: 10 },
    askReached: () => new Promise((resolve) => calls.push(resolve)),
    unpin: (_scope, keys) => unpinned.push(...keys),
    pinAll: (_scope, on) => all.push(on),
    barrierState: () => {},
    count: () => {},
    ...parts,
  });
  return { board, calls, unpinned, all };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('has one call under way and one waiting, which later writes join', async () => {
  const { board, calls, unpinned } = createBoard();
  for (const key of ['a', 'b', 'c', 'd']) {
    board.pin(['auth'], key, 1);
    board.written(['auth'], key, true, 1);
  }
  expect(calls).toHaveLength(1);
  calls[0]!();
  await settled();
  expect(unpinned).toEqual(['a']);
  expect(calls).toHaveLength(2);
  calls[1]!();
  await settled();
  expect(unpinned).toEqual(['a', 'b', 'c', 'd']);
  expect(calls).toHaveLength(2);
  board.close();
});

it('keeps a pin while a write of its client is under way', async () => {
  const { board, calls, unpinned } = createBoard();
  board.pin(['auth'], 'a', 1);
  board.pin(['auth'], 'a', 1);
  board.written(['auth'], 'a', true, 1);
  expect(calls).toHaveLength(0);
  board.written(['auth'], 'a', true, 1);
  calls[0]!();
  await settled();
  expect(unpinned).toEqual(['a']);
  board.close();
});

it('does not let a call made before a write release it', async () => {
  const { board, calls, unpinned } = createBoard();
  board.pin(['auth'], 'a', 1);
  board.written(['auth'], 'a', true, 1);
  board.pin(['auth'], 'a', 1);
  calls[0]!();
  await settled();
  expect(unpinned).toEqual([]);
  board.written(['auth'], 'a', true, 1);
  calls[1]!();
  await settled();
  expect(unpinned).toEqual(['a']);
  board.close();
});

it('ends the writes of a worker that died', async () => {
  const { board, calls, unpinned } = createBoard();
  board.pin(['auth'], 'a', 7);
  board.forget(7);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(calls).toHaveLength(1);
  calls[0]!();
  await settled();
  expect(unpinned).toEqual(['a']);
  board.close();
});

it('counts everybody as pinned beyond the limit, until it has caught up', async () => {
  const { board, calls, all } = createBoard({ limits: { ...defaultLimits, pinsMax: 2 } });
  for (const key of ['a', 'b', 'c']) {
    board.pin(['auth'], key, 1);
    board.written(['auth'], key, true, 1);
  }
  expect(all).toEqual([true]);
  for (let turn = 0; turn < calls.length; turn++) {
    calls[turn]!();
    await settled();
  }
  expect(all).toEqual([true, false]);
  expect(board.counts()['auth']).toMatchObject({ pinned: 0, all: false });
  board.close();
});
