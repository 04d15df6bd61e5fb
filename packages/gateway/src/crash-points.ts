/** The named places where a proof may end a gateway process, to show that nothing is lost there. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'gateway.worker.before-forward',
  'gateway.worker.after-answer',
  'gateway.routes.before-write',
  'gateway.routes.written',
  'gateway.routes.before-broadcast',
  'gateway.routes.after-broadcast',
  'gateway.pins.pinned',
] as const;

export type CrashPoint = (typeof crashPoints)[number];

const crashPointChannel = channel('banyan.crash-point');

/** Tells whoever listens that this place was reached; costs one property read when nobody does. */
export function crashPoint(name: CrashPoint): void {
  if (crashPointChannel.hasSubscribers) crashPointChannel.publish({ name });
}
