/** What a posted run does to a board: six places by right answers, then streak. */

export const boardSize = 6;

export interface Result {
  readonly userId: number;
  readonly correctAnswers: number;
  readonly totalQuestions: number;
  readonly streak: number;
}

export interface RankedBoard {
  /** The first one holds position 1. */
  readonly results: readonly Result[];
  /** Who had no place before and has one now; null when nobody has come. */
  readonly enteredUserId: number | null;
  /** Who had to make room; null when nobody had to. */
  readonly evictedUserId: number | null;
}

export interface RankingOptions {
  /** A result does not take the place of a better one of the same user. */
  readonly keepsBest?: boolean;
}

/**
 * Places a run on a board and ranks it. A user who is on it is overwritten, also by a worse result; who is not takes a free place, or that of the
 * last one with more right answers. Equal right answers and streaks have no order of their own: they stay as they stood, the new result behind them.
 * @param board by position; positions may be missing
 */
export function placeRun(board: readonly Result[], run: Result, { keepsBest = false }: RankingOptions = {}): RankedBoard {
  const others = board.filter(({ userId }) => userId !== run.userId);
  const own = board.find(({ userId }) => userId === run.userId);
  if (own !== undefined) return ranked(keepsBest && compare(run, own) >= 0 ? board : [...others, run]);
  if (board.length < boardSize) return ranked([...board, run], run.userId);
  const last = board.at(-1)!;
  if (run.correctAnswers <= last.correctAnswers) return ranked(board);
  return ranked([...board.slice(0, -1), run], run.userId, last.userId);
}

function ranked(results: readonly Result[], enteredUserId: number | null = null, evictedUserId: number | null = null): RankedBoard {
  return { results: results.toSorted(compare), enteredUserId, evictedUserId };
}

/** Below 0 when the first one stands before the second. */
function compare(one: Result, two: Result): number {
  return two.correctAnswers - one.correctAnswers || two.streak - one.streak;
}
