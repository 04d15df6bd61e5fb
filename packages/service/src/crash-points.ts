/** Where a proof may kill a service while it starts and stops. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'service.schema.before-commit',
  'service.schema.applied',
  'service.ready',
  'service.draining',
  'service.drained',
] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
