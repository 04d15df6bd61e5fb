/** Effect and record of a local step in one transaction. */
import { crashPoint } from '../crash-points.ts';
import type { EffectStep } from '../definition.ts';
import type { NewRecord } from '../state.ts';
import type { Change } from '../store.ts';
import { type AttemptOutcome, runAttempts, type WithinTime } from './attempts.ts';
import { isFenced } from './checkpoints.ts';
import { isConnectionLoss } from './connection-loss.ts';
import { type Course, factsOf, idempotencyKey, reload, takeOver, toCheckpoint } from './course.ts';

export interface LocalWork {
  readonly policy: EffectStep['retry'];
  readonly signal: AbortSignal;
  readonly before: 'saga.before-action' | 'saga.before-undo';
  readonly after: 'saga.action-done' | 'saga.undone';
  readonly action: (context: never) => Promise<unknown>;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly recordsOf: (result: unknown) => { records: readonly NewRecord[]; change?: Change };
}

class Refused extends Error {}

/** Effect and records in one transaction; an attempt of unknown outcome is looked up before the next. */
export async function runInTransaction(course: Course, step: EffectStep, work: LocalWork): Promise<AttemptOutcome> {
  const { world } = course;
  const numberBefore = course.progress.lastNumber;
  let written: { records: readonly NewRecord[]; change?: Change | undefined } | undefined;
  const attemptOnce = async (attempt: number, within: WithinTime) => {
    crashPoint(work.before);
    const result = await world.transactions.run(async ({ session, native }) => {
      const facts = factsOf(course, course.progress);
      const result = await within((signal) =>
        work.action({ ...facts, idempotencyKey: idempotencyKey(course, step), attempt, signal, session, native, ...work.extra } as never),
      );
      const refused = (result as { refused?: unknown } | undefined)?.refused;
      if (typeof refused === 'string') throw new Refused(refused);
      crashPoint(work.after);
      const { records, change } = work.recordsOf(result);
      const checkpoint = toCheckpoint(course, records, change);
      if (!(await world.store.write(world.token, [checkpoint], session)).has(course.saga.id))
        throw new Error('Its record is there already.');
      written = { records, change: checkpoint.change };
      return result;
    });
    return result;
  };
  const afterFailure = async (error: unknown): Promise<AttemptOutcome | undefined> => {
    written = undefined;
    if (error instanceof Refused) return { kind: 'refused', reason: error.message, isFirst: true };
    if (isFenced(error)) throw error;
    await reload(course);
    return course.progress.lastNumber === numberBefore ? undefined : { kind: 'done', result: undefined };
  };
  const outcome = await runAttempts({
    ...world,
    policy: work.policy,
    timeoutMs: step.timeoutMs,
    signal: work.signal,
    work: attemptOnce,
    afterFailure,
    isForeign: isConnectionLoss,
  });
  if (written !== undefined) takeOver(course, written.records, written.change);
  return outcome;
}
