/** Where a proof may kill a consumer between taking an event and having done with it. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'bus.before-handle',
  'bus.after-handle',
  'bus.after-set-aside',
  'bus.before-settle',
  'bus.after-settle',
] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
