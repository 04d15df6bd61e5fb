/** Where a saga stands: one state type, one transition table; everything else follows from its records. */

export type SagaState = 'running' | 'undoing' | 'needs-operator' | 'completed' | 'compensated';

/** `failed` and `turned` begin the undoing, by the saga and by an operator; `stuck` asks for an operator, who answers with `resumed` or `turned`. */
export type RecordKind =
  | 'armed'
  | 'done'
  | 'waiting'
  | 'failed'
  | 'undone'
  | 'stuck'
  | 'skipped'
  | 'edited'
  | 'resumed'
  | 'turned'
  | 'completed'
  | 'compensated';

export const transitions: Readonly<Record<SagaState, Partial<Record<RecordKind, SagaState>>>> = {
  running: {
    armed: 'running',
    done: 'running',
    waiting: 'running',
    edited: 'running',
    failed: 'undoing',
    turned: 'undoing',
    stuck: 'needs-operator',
    completed: 'completed',
  },
  undoing: { undone: 'undoing', stuck: 'needs-operator', compensated: 'compensated' },
  'needs-operator': { skipped: 'needs-operator', edited: 'needs-operator', resumed: 'running', turned: 'undoing' },
  completed: {},
  compensated: {},
};

/** It does nothing more by itself. */
export function isResting(state: SagaState): boolean {
  return state !== 'running' && state !== 'undoing';
}

export interface NewRecord {
  readonly kind: RecordKind;
  readonly step?: string;
  /** Steps whose undo is due from this record on: a local step with its own effect, a call with the record before its action. */
  readonly arms?: readonly string[];
  readonly content?: RecordContent;
}

export interface SagaRecord extends NewRecord {
  /** Counts 1, 2, 3, … within the saga. */
  readonly number: number;
  /** ISO 8601, database time. */
  readonly at: string;
}

export interface RecordContent {
  readonly result?: unknown;
  readonly input?: unknown;
  readonly reason?: string;
  /** Of `failed`: false when the step certainly had no effect. */
  readonly hadEffect?: boolean;
  /** The event that ended a wait. */
  readonly eventId?: string;
  /** The operator. */
  readonly by?: string;
}

/** What the records of a saga add up to. */
export interface Progress {
  readonly state: SagaState;
  /** The state in which it got stuck, and the step. */
  readonly stuckIn: 'running' | 'undoing';
  readonly stuckAt: string | undefined;
  readonly input: unknown;
  readonly results: Readonly<Record<string, unknown>>;
  /** Steps behind it. */
  readonly passed: readonly string[];
  /** Steps whose undo is due, the next one last. */
  readonly toUndo: readonly string[];
  readonly waitingAt: string | undefined;
  readonly usedEvents: readonly string[];
  readonly reason: string | undefined;
  readonly lastNumber: number;
}

/** Throws a TypeError when the records contradict the transition table. */
export function progressOf(input: unknown, arms: readonly string[], records: readonly NewRecord[]): Progress {
  const beginning: Progress = {
    state: 'running',
    stuckIn: 'running',
    stuckAt: undefined,
    input,
    results: {},
    passed: [],
    toUndo: arms,
    waitingAt: undefined,
    usedEvents: [],
    reason: undefined,
    lastNumber: 0,
  };
  return records.reduce(progressWith, beginning);
}

export function progressWith(progress: Progress, record: NewRecord): Progress {
  const { kind, step = '', content = {} } = record;
  const state = transitions[progress.state][kind];
  if (state === undefined) throw new TypeError(`A saga that is ${progress.state} cannot have a record "${kind}".`);
  const isForward = progress.state === 'running' || (progress.state === 'needs-operator' && progress.stuckIn === 'running');
  const isPassed = kind === 'done' || (kind === 'skipped' && isForward);
  const isUndone = kind === 'undone' || (kind === 'skipped' && !isForward) || (kind === 'failed' && content.hadEffect === false);
  const due = isUndone ? progress.toUndo.filter((name) => name !== step) : progress.toUndo;
  return {
    state,
    ...(kind === 'stuck'
      ? { stuckIn: isForward ? 'running' : 'undoing', stuckAt: record.step }
      : { stuckIn: progress.stuckIn, stuckAt: progress.stuckAt }),
    input: kind === 'edited' ? content.input : progress.input,
    results: isPassed ? { ...progress.results, [step]: content.result } : progress.results,
    passed: isPassed ? [...progress.passed, step] : progress.passed,
    toUndo: record.arms === undefined ? due : [...due, ...record.arms.filter((name) => !due.includes(name))],
    waitingAt: kind === 'waiting' ? step : kind === 'edited' || kind === 'armed' ? progress.waitingAt : undefined,
    usedEvents: content.eventId === undefined ? progress.usedEvents : [...progress.usedEvents, content.eventId],
    reason: kind === 'failed' || kind === 'turned' || kind === 'stuck' ? content.reason : progress.reason,
    lastNumber: progress.lastNumber + 1,
  };
}
