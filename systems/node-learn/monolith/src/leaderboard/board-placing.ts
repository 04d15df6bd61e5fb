/** Decides what a posted run does to a board. */

export const boardSize = 6;

export interface PlacedRun {
  readonly position: number;
  readonly userId: number;
  readonly correctAnswers: number;
}

export type Placing =
  | { readonly kind: 'overwrite'; readonly position: number }
  | { readonly kind: 'insert'; readonly position: number }
  | { readonly kind: 'replace-last'; readonly position: number }
  | { readonly kind: 'refuse' };

/** `board` is sorted by position. A user already on it is overwritten, even with a worse run. */
export function placeRun(board: readonly PlacedRun[], run: { userId: number; correctAnswers: number }): Placing {
  const own = board.find((entry) => entry.userId === run.userId);
  if (own !== undefined) return { kind: 'overwrite', position: own.position };
  const last = board.at(-1);
  if (last === undefined || board.length < boardSize) return { kind: 'insert', position: lowestFreePosition(board) };
  if (run.correctAnswers > last.correctAnswers) return { kind: 'replace-last', position: last.position };
  return { kind: 'refuse' };
}

function lowestFreePosition(board: readonly PlacedRun[]): number {
  const taken = new Set(board.map((entry) => entry.position));
  let position = 1;
  while (taken.has(position)) position++;
  return position;
}
