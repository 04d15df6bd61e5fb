/** Where a proof may kill the service while it counts answers and gives badges. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'achievement.answer.projected',
  'achievement.check.before-award',
  'achievement.check.awarded',
  'achievement.check.before-answer',
] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
