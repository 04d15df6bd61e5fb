/** Where a proof may kill the service while something is noted. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'audit.note.before-commit',
  'audit.caught-up',
  'audit.hand-over.before-commit',
  'audit.actor-gone.before-commit',
] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
