/** Where a proof may kill the service while an account is made or ends. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = ['user.sign-up.before-write', 'user.sign-up.written', 'user.remove.before-commit'] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
