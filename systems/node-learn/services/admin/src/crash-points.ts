/** Where a proof may kill the service while an administrator edits the bank. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = ['admin.command.noted', 'admin.command.before-answer', 'admin.audit.before-commit'] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
