/** Where a proof may kill the service while somebody signs in. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = ['auth.callback.before-write', 'auth.callback.written', 'auth.callback.before-answer'] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
