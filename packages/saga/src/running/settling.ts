/** The record of a step that is done, which also arms what comes next or ends the saga. */
import { crashPoint } from '../crash-points.ts';
import type { Saga, Step } from '../definition.ts';
import { type NewRecord, type Progress, progressWith } from '../state.ts';
import type { Change } from '../store.ts';
import { commit, type Course, factsOf, needsArming, nextStep } from './course.ts';

export async function recordDone(course: Course, definition: Saga, step: Step, result: unknown, eventId?: string): Promise<void> {
  const { records, change } = settle(course, definition, step, result, eventId);
  await commit(course, records, change);
  crashPoint('saga.recorded');
}

/** The record of a step that is done: it arms what comes next, or ends the saga. */
export function settle(
  course: Course,
  definition: Saga,
  step: Step,
  result: unknown,
  eventId?: string,
): { records: NewRecord[]; change?: Change } {
  const own = step.kind === 'local' && step.undo !== undefined ? [step.name] : [];
  const content = { result: toJson(result), ...(eventId === undefined ? {} : { eventId }) };
  const record: NewRecord = { kind: 'done', step: step.name, content };
  const after = progressWith(course.progress, record);
  const next = nextStep(definition, factsOf(course, after), after.passed);
  // An operator who wants it undone comes before the end and before the next step.
  const isTurning = course.request?.action === 'compensate' && !step.pastPivot;
  const arms = needsArming(next) && !isTurning ? [...own, next.name] : own;
  const records: NewRecord[] = [arms.length === 0 ? record : { ...record, arms }];
  if (next !== undefined || isTurning)
    return { records, ...(course.progress.waitingAt === undefined ? {} : { change: { state: 'running' } }) };
  return { records: [...records, { kind: 'completed' }], change: endOf(course, definition, after) };
}

export function endOf(course: Course, definition: Saga, progress: Progress): Change {
  const facts = factsOf(course, progress) as never;
  const marks = [...(definition.end.marks?.(facts) ?? [])];
  return { state: 'completed', release: { wakeInMs: undefined }, end: { result: toJson(definition.end.result(facts)), marks } };
}

/** What another process would read: so that a result looks the same before and after a crash. */
function toJson(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
