/** A saga at a wait: it goes on with an event that fits, or with the end of its time, or is given back until one of them comes. */
import { crashPoint } from '../crash-points.ts';
import type { Facts, Saga, WaitStep } from '../definition.ts';
import type { Change, KeptEvent, Wait } from '../store.ts';
import { commit, type Course, factsOf } from './course.ts';
import { recordDone } from './settling.ts';
import { failStep } from './turning.ts';

export async function goThroughWait(course: Course, definition: Saga, step: WaitStep): Promise<void> {
  const facts = factsOf(course, course.progress);
  const isWaiting = course.progress.waitingAt === step.name;
  if (isWaiting && course.saga.waitLeftMs === undefined) {
    course.isOver = true; // it was given back by a write of unknown outcome
    return;
  }
  const passedOver = isWaiting ? [...course.saga.passedOver] : [...course.progress.usedEvents];
  if (isWaiting) {
    const event = firstFitting(step, facts, course.saga.events, passedOver);
    if (event !== undefined) return takeEvent(course, definition, step, event);
    if ((course.saga.waitLeftMs ?? 0) <= 0) return endWait(course, definition, step, facts);
  }
  if (course.isOverdue && !step.pastPivot) return failStep(course, step, `It took longer than ${definition.limitMs} ms.`, false);
  // No wait is longer than the saga: when both are over it is the wait that says what follows.
  const longestMs = step.pastPivot ? Number.POSITIVE_INFINITY : Math.max(0, course.deadlineAt - course.world.clock.now());
  const withinMs = isWaiting ? (course.saga.waitLeftMs ?? 0) : Math.min(step.wait.withinMs, longestMs);
  const wait: Wait = { ...addressOf(course, step, facts), withinMs, passedOver };
  const change: Change = { state: 'running', release: { wakeInMs: withinMs }, wait };
  await commit(course, isWaiting ? [] : [{ kind: 'waiting', step: step.name }], change);
  if (!course.isOver) return;
  crashPoint('saga.waiting');
  course.world.onWaiting(wait);
}

/** Events that do not fit are added to what is passed over. */
function firstFitting(
  step: WaitStep,
  facts: Facts<unknown, Record<string, unknown>>,
  events: readonly KeptEvent[],
  passedOver: string[],
): KeptEvent | undefined {
  for (const kept of events) {
    if (passedOver.includes(kept.eventId)) continue;
    if (step.wait.when?.(kept.event as never, facts) ?? true) return kept;
    passedOver.push(kept.eventId);
  }
  return undefined;
}

async function takeEvent(course: Course, definition: Saga, step: WaitStep, { event, eventId }: KeptEvent): Promise<void> {
  const result = step.wait.onEvent(event as never, factsOf(course, course.progress));
  const refused = (result as { refused?: unknown } | undefined)?.refused;
  if (typeof refused === 'string') return failStep(course, step, refused, false);
  await recordDone(course, definition, step, result, eventId);
}

async function endWait(course: Course, definition: Saga, step: WaitStep, facts: Facts<unknown, Record<string, unknown>>): Promise<void> {
  const { onTimeout, withinMs } = step.wait;
  if (onTimeout === 'undo') return failStep(course, step, `Nothing came within ${withinMs} ms.`, false);
  await recordDone(course, definition, step, onTimeout(facts));
}

function addressOf(course: Course, step: WaitStep, facts: Facts<unknown, Record<string, unknown>>) {
  return { topic: `${course.saga.name}/${step.name}`, key: step.wait.key(facts) };
}
