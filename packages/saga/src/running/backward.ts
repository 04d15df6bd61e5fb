/** A saga going back: one undo after the other, the last effect first. */
import { crashPoint } from '../crash-points.ts';
import type { EffectStep, Saga } from '../definition.ts';
import { type AttemptOutcome, runAttempts, type WithinTime } from './attempts.ts';
import { commit, type Course, factsOf, getStuck, idempotencyKey } from './course.ts';
import { runInTransaction } from './local-step.ts';
import { turnBack, turning } from './turning.ts';

export async function goBack(course: Course, definition: Saga): Promise<void> {
  const name = course.progress.toUndo.at(-1);
  if (name === undefined) {
    await commit(course, [{ kind: 'compensated' }]);
    return;
  }
  const step = definition.steps.find((it) => it.name === name);
  if (step === undefined || step.kind === 'wait' || step.undo === undefined)
    return getStuck(course, name, `Its definition has no undo for "${name}".`);
  const numberBefore = course.progress.lastNumber;
  const outcome = await (step.kind === 'local' ? undoLocal(course, step, step.undo) : undoCall(course, step, step.undo));
  if (course.progress.lastNumber !== numberBefore) return;
  if (outcome.kind === 'done') {
    crashPoint('saga.undone');
    await turnBack(course, { kind: 'undone', step: name });
  } else if (outcome.kind !== 'called-off') {
    await getStuck(course, name, `The undo of "${name}" failed: ${outcome.reason}`);
  }
}

function undoCall(course: Course, step: EffectStep, undo: NonNullable<EffectStep['undo']>): Promise<AttemptOutcome> {
  const facts = factsOf(course, course.progress);
  const told = toldToUndo(course, step);
  const work = (attempt: number, within: WithinTime) => {
    crashPoint('saga.before-undo');
    return within((signal) => undo({ ...facts, idempotencyKey: idempotencyKey(course, step), attempt, signal, ...told } as never));
  };
  return runAttempts({ ...course.world, policy: step.undoRetry, timeoutMs: step.timeoutMs, signal: course.world.lost, work });
}

function undoLocal(course: Course, step: EffectStep, undo: NonNullable<EffectStep['undo']>): Promise<AttemptOutcome> {
  return runInTransaction(course, step, {
    policy: step.undoRetry,
    signal: course.world.lost,
    before: 'saga.before-undo',
    after: 'saga.undone',
    action: undo,
    extra: toldToUndo(course, step),
    recordsOf: () => turning(course, { kind: 'undone', step: step.name }),
  });
}

function toldToUndo({ progress }: Course, step: EffectStep) {
  return { result: progress.results[step.name], reason: progress.reason ?? 'unknown' };
}
