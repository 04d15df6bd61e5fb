/** Where a proof may kill the service while an account is made or ends. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'user.sign-up.before-write',
  'user.sign-up.written',
  'user.deletion.hidden',
  'user.deletion.removed',
  'user.deletion.cancelled',
] as const;

/** Its saga arms each undo in the commit of the step itself. */
export const neverPassed: readonly string[] = ['saga.armed'];

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
