/** A saga going forward: its next step, with the record that also arms the undo of the one after it. */
import { crashPoint } from '../crash-points.ts';
import type { EffectStep, Saga } from '../definition.ts';
import { type AttemptOutcome, runAttempts, type WithinTime } from './attempts.ts';
import { commit, type Course, factsOf, idempotencyKey, needsArming, nextStep } from './course.ts';
import { runInTransaction } from './local-step.ts';
import { endOf, recordDone, settle } from './settling.ts';
import { failStep } from './turning.ts';
import { goThroughWait } from './waiting.ts';

export async function goForward(course: Course, definition: Saga): Promise<void> {
  const step = nextStep(definition, factsOf(course, course.progress), course.progress.passed);
  course.isPastPivot = step?.pastPivot ?? true;
  if (step === undefined) return commit(course, [{ kind: 'completed' }], endOf(course, definition, course.progress));
  if (step.kind === 'wait') return goThroughWait(course, definition, step);
  if (course.isOverdue && !step.pastPivot) return failStep(course, step, `It took longer than ${definition.limitMs} ms.`);
  if (needsArming(step) && !course.progress.toUndo.includes(step.name)) {
    await commit(course, [{ kind: 'armed', step: step.name, arms: [step.name] }]);
    return;
  }
  // After the pivot the deadline no longer counts: only an operator or the loss of the lease interrupts.
  const isOnlyLate = course.interruption.signal.aborted && course.request === undefined && !course.world.lost.aborted;
  if (step.pastPivot && isOnlyLate) course.interruption = new AbortController();
  if (course.progress.toUndo.includes(step.name)) crashPoint('saga.armed');
  const outcome = await (step.kind === 'local' ? runLocal(course, definition, step) : runCall(course, step));
  await afterAction(course, definition, step, outcome);
}

async function afterAction(course: Course, definition: Saga, step: EffectStep, outcome: AttemptOutcome): Promise<void> {
  // A local step has recorded itself, possibly in an attempt that was thought to have failed.
  if (course.isOver || course.progress.state !== 'running' || course.progress.passed.includes(step.name)) return;
  switch (outcome.kind) {
    case 'done':
      crashPoint('saga.action-done');
      await recordDone(course, definition, step, outcome.result);
      return;
    case 'refused':
      return failStep(course, step, outcome.reason, step.kind === 'call' && !(outcome.isFirst && course.mayHaveActed !== step.name));
    case 'gave-up':
      return failStep(course, step, outcome.reason, step.kind === 'call');
    case 'called-off':
      course.mayHaveActed = step.name;
      if (course.world.lost.aborted || course.request !== undefined) return;
      return failStep(course, step, `It took longer than ${definition.limitMs} ms.`, step.kind === 'call');
  }
}

function runCall(course: Course, step: EffectStep): Promise<AttemptOutcome> {
  const work = (attempt: number, within: WithinTime) => {
    crashPoint('saga.before-action');
    return within((signal) =>
      step.action({ ...factsOf(course, course.progress), idempotencyKey: idempotencyKey(course, step), attempt, signal } as never),
    );
  };
  return runAttempts({ ...course.world, policy: step.retry, timeoutMs: step.timeoutMs, signal: course.interruption.signal, work });
}

async function runLocal(course: Course, definition: Saga, step: EffectStep): Promise<AttemptOutcome> {
  const outcome = await runInTransaction(course, step, {
    policy: step.retry,
    signal: course.interruption.signal,
    before: 'saga.before-action',
    after: 'saga.action-done',
    action: step.action,
    extra: {},
    recordsOf: (result) => settle(course, definition, step, result),
  });
  if (course.progress.passed.includes(step.name)) crashPoint('saga.recorded');
  return outcome;
}
