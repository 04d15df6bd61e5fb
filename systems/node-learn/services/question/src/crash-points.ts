/** Where a proof may kill the service while somebody reads or edits the bank. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'question.public.before-answer',
  'question.internal.before-answer',
  'question.command.before-commit',
  'question.command.before-answer',
] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
