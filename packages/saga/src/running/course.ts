/** One saga under way in this process: what is known of it, and how what happens to it is written. */
import type { Clock, Random } from '@banyan/bus/clock';
import type { Transactions } from '@banyan/outbox/transactions';
import { crashPoint } from '../crash-points.ts';
import type { EffectStep, Facts, Saga, Step } from '../definition.ts';
import { SagaError } from '../errors.ts';
import { report } from '../report.ts';
import { isResting, type NewRecord, type Progress, progressOf, progressWith } from '../state.ts';
import type { Address, Change, ClaimedSaga, OperatorRequest, SagaStore } from '../store.ts';
import type { Checkpoints } from './checkpoints.ts';

export interface CourseWorld {
  readonly store: SagaStore;
  readonly transactions: Transactions<unknown>;
  readonly clock: Clock;
  readonly random: Random;
  readonly token: string;
  readonly checkpoints: Checkpoints;
  /** Aborted when the lease is lost: nothing more may be done. */
  readonly lost: AbortSignal;
  /** Aborted when the engine stops: a course ends at its next step. */
  readonly stopping: AbortSignal;
  readonly definitionOf: (name: string, version: number) => Saga | undefined;
  /** The saga waits there now. */
  readonly onWaiting: (address: Address) => void;
  /** The saga has come to rest. */
  readonly onRest: (saga: ClaimedSaga, progress: Progress, end: Change['end']) => void;
}

export interface Course {
  readonly world: CourseWorld;
  saga: ClaimedSaga;
  readonly definition: Saga | undefined;
  progress: Progress;
  request: OperatorRequest | undefined;
  /** Of going forward: its deadline is over, or there is a request. */
  interruption: AbortController;
  isOverdue: boolean;
  /** By the clock of this process. */
  readonly deadlineAt: number;
  /** The deadline counts no longer. */
  isPastPivot: boolean;
  /** A step whose action an earlier process, or an attempt that was called off, may have carried out. */
  mayHaveActed: string | undefined;
  /** Given back or at rest: nothing more to do here. */
  isOver: boolean;
}

export async function getStuck(course: Course, step: string | undefined, reason: string): Promise<void> {
  const { id, name, key } = course.saga;
  report('error', 'saga.needs-operator', 'A saga needs an operator', { saga: id, name, key, step, reason });
  await commit(course, [{ kind: 'stuck', ...(step === undefined ? {} : { step }), content: { reason } }]);
}

/** Writes records and what follows from them for the saga itself; afterwards `progress` is what is stored. */
export async function commit(course: Course, records: readonly NewRecord[], change?: Change): Promise<void> {
  const { world } = course;
  const written = toCheckpoint(course, records, change);
  if (!(await world.checkpoints.write(written))) {
    if (records.length === 0) course.isOver = true;
    else await reload(course);
    return;
  }
  takeOver(course, records, written.change);
}

/** The checkpoint of these records, with the change that their last state asks for. */
export function toCheckpoint(course: Course, records: readonly NewRecord[], change?: Change) {
  const { state, reason } = records.reduce(progressWith, course.progress);
  const follows: Change | undefined =
    change ??
    (state === course.progress.state
      ? undefined
      : { state, ...(isResting(state) ? { release: { wakeInMs: undefined } } : {}), ...(reason === undefined ? {} : { reason }) });
  return {
    saga: course.saga.id,
    number: course.progress.lastNumber + 1,
    records,
    claims: course.saga.claims,
    ...(follows === undefined ? {} : { change: follows }),
  };
}

/** What has been written becomes what is known. */
export function takeOver(course: Course, records: readonly NewRecord[], change: Change | undefined): void {
  course.progress = records.reduce(progressWith, course.progress);
  if (change?.release !== undefined) course.isOver = true;
  if (!isResting(course.progress.state)) return;
  crashPoint('saga.ended');
  course.world.onRest(course.saga, course.progress, change?.end);
}

/** Reads again what is stored, after a write of unknown outcome. */
export async function reload(course: Course): Promise<void> {
  const { store, clock, lost } = course.world;
  for (let pauseMs = 20; !lost.aborted; pauseMs = Math.min(1_000, pauseMs * 2)) {
    try {
      const [stored] = await store.find({ ids: [course.saga.id], withRecords: true });
      if (stored === undefined) throw new SagaError('SAGA_FENCED', `Saga ${course.saga.id} is gone.`);
      course.progress = progressOf(course.saga.input, stored.arms, stored.records);
      return;
    } catch (error) {
      if (error instanceof SagaError) throw error;
      await clock.wait(pauseMs, lost);
    }
  }
}

/** The first step that is not behind the saga and whose condition holds. */
export function nextStep(definition: Saga, facts: Facts<unknown, Record<string, unknown>>, passed: readonly string[]): Step | undefined {
  const last = definition.steps.findLastIndex(({ name }) => passed.includes(name));
  return definition.steps.slice(last + 1).find((step) => step.onlyIf?.(facts) ?? true);
}

export function factsOf({ saga }: Course, { input, results }: Progress): Facts<unknown, Record<string, unknown>> {
  return { saga: { id: saga.id, key: saga.key, correlationId: saga.correlationId }, input, results };
}

/** Whether the undo of this step has to be recorded before its action. */
export function needsArming(step: Step | undefined): step is Step {
  return step?.kind === 'call' && step.undo !== undefined;
}

/** Whether the point of no return is behind it. */
export function isPastPivot(
  definition: Saga,
  facts: Facts<unknown, Record<string, unknown>>,
  { passed }: Pick<Progress, 'passed'>,
): boolean {
  return (nextStep(definition, facts, passed) ?? definition.steps.at(-1))?.pastPivot === true;
}

export function idempotencyKey(course: Course, step: EffectStep): string {
  return `${course.saga.id}/${step.name}`;
}
