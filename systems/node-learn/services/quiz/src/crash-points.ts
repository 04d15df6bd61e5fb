/** Where a proof may kill the service while somebody answers a question. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'quiz.record.before-write',
  'quiz.record.written',
  'quiz.record.before-answer',
  'quiz.answer.taken-back',
] as const;

/** Its saga arms each undo in the commit of the step itself. */
export const neverPassed: readonly string[] = ['saga.armed'];

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
