/** One run of a quiz: its questions, where one stands, its counters, and what the server has not counted yet. Pure functions. */
import type { Question, QuizMode, RevealedAnswer } from '../api/routes.ts';
import { areChoicesRight, areWordsRight } from './judge.ts';

export type Outcome = 'right' | 'wrong' | 'skipped';

/** What somebody has ticked or typed and not given yet. */
export interface Draft {
  readonly selected: readonly number[];
  readonly words: readonly string[];
}

/** An answer that was given and that the server has not confirmed. */
export interface UncountedAnswer {
  readonly key: string;
  readonly questionId: number;
  readonly isCorrect: boolean;
  readonly streak: number;
}

export interface Run {
  readonly modeId: number;
  readonly modeName: string;
  readonly questions: readonly Question[];
  /** Index of the present question; as many as there are when the run is over. */
  readonly position: number;
  readonly outcomes: readonly Outcome[];
  readonly correct: number;
  readonly total: number;
  readonly streak: number;
  readonly bestStreak: number;
  readonly draft: Draft;
  /** Of the present question, once it was given or skipped. */
  readonly revealed?: RevealedAnswer;
  readonly uncounted: readonly UncountedAnswer[];
  /** The board does not show the present counters yet. */
  readonly isBoardBehind: boolean;
}

const noDraft: Draft = { selected: [], words: [] };

/** @param random from 0 to below 1 */
export function startRun(mode: QuizMode, questions: readonly Question[], length: number, random: () => number): Run {
  return {
    modeId: mode.id,
    modeName: mode.name,
    questions: shuffled(questions, random).slice(0, length),
    position: 0,
    outcomes: [],
    correct: 0,
    total: 0,
    streak: 0,
    bestStreak: 0,
    draft: noDraft,
    uncounted: [],
    isBoardBehind: false,
  };
}

export function currentQuestion(run: Run): Question | undefined {
  return run.questions[run.position];
}

export function isOver(run: Run): boolean {
  return run.position >= run.questions.length;
}

/**
 * Judges the draft of the present question. Only choice answers move the streak.
 * @param key names this answer to the server, once and for all
 */
export function giveAnswer(run: Run, revealed: RevealedAnswer, key: string): Run {
  const question = currentQuestion(run);
  if (question === undefined || run.revealed !== undefined) return run;
  const isText = question.questionType === 'text_input';
  const { selected, words } = run.draft;
  const shown = question.choices.map(({ id }) => id);
  const isCorrect = isText ? areWordsRight(words, revealed.matchKeywords) : areChoicesRight(shown, selected, revealed.choices);
  const streak = isText ? run.streak : isCorrect ? run.streak + 1 : 0;
  return {
    ...run,
    revealed,
    outcomes: [...run.outcomes, isCorrect ? 'right' : 'wrong'],
    correct: run.correct + (isCorrect ? 1 : 0),
    total: run.total + 1,
    streak,
    bestStreak: Math.max(run.bestStreak, streak),
    uncounted: [...run.uncounted, { key, questionId: question.id, isCorrect, streak }],
    isBoardBehind: true,
  };
}

/** Shows the answer; nothing is counted. */
export function skipQuestion(run: Run, revealed: RevealedAnswer): Run {
  return run.revealed === undefined ? { ...run, revealed, outcomes: [...run.outcomes, 'skipped'] } : run;
}

export function goOn(run: Run): Run {
  const { revealed, ...rest } = run;
  return revealed === undefined ? run : { ...rest, position: run.position + 1, draft: noDraft };
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
  }
  return mixed;
}
