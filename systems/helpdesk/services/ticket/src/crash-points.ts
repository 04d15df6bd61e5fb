/** Where a proof may kill the service while somebody is being deleted. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = ['ticket.deletion.hidden', 'ticket.deletion.shown', 'ticket.deletion.removed'] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
