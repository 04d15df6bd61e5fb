/** Where a proof may kill the service while it changes boards and counts answers. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'leaderboard.update.before-write',
  'leaderboard.update.written',
  'leaderboard.update.before-answer',
  'leaderboard.answer.scored',
] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
