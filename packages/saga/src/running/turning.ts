/** The records with which a saga turns back, goes on undoing, and is compensated. */
import type { Step } from '../definition.ts';
import { type NewRecord, progressWith } from '../state.ts';
import type { Change } from '../store.ts';
import { commit, type Course, getStuck } from './course.ts';

/** What was done is undone from here on; after the pivot an operator decides. */
export async function failStep(course: Course, step: Step, reason: string, hadEffect?: boolean): Promise<void> {
  if (step.pastPivot) return getStuck(course, step.name, reason);
  await turnBack(course, { kind: 'failed', step: step.name, content: { reason, ...(hadEffect === undefined ? {} : { hadEffect }) } });
}

/** A record that leads to the undoing or goes on with it, and the end of the saga when nothing is left to undo. */
export async function turnBack(course: Course, record: NewRecord): Promise<void> {
  const { records, change } = turning(course, record);
  await commit(course, records, change);
}

export function turning(course: Course, record: NewRecord): { records: NewRecord[]; change?: Change } {
  const after = progressWith(course.progress, record);
  const isOver = after.toUndo.length === 0;
  const records: NewRecord[] = isOver ? [record, { kind: 'compensated' }] : [record];
  const state = isOver ? 'compensated' : after.state;
  if (state === course.progress.state) return { records };
  return {
    records,
    change: {
      state,
      ...(after.reason === undefined ? {} : { reason: after.reason }),
      ...(isOver ? { release: { wakeInMs: undefined }, end: { marks: [] } } : {}),
      ...(course.request === undefined ? {} : { isAnswered: true }),
    },
  };
}
