/** Where a proof may kill the service while it runs a job. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = ['maintenance.run.claimed', 'maintenance.run.before-commit', 'maintenance.run.finished'] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
