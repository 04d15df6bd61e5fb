// The step boundaries at which a proof may kill the process, and the call that announces one.
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'copy.slot-created',
  'copy.target-emptied',
  'copy.rows-copied',
  'copy.committed',
  'follow.batch-applied',
  'follow.batch-committed',
  'follow.acknowledged',
  'prepare.publication-created',
  'prepare.slot-created',
  'prepare.position-stored',
  'reverse.references-performed',
  'fence.locked',
  'cutover.journalled',
  'cutover.reverse-running',
  'cutover.held',
  'cutover.fenced',
  'cutover.drained',
  'cutover.sequences-carried',
  'cutover.verified',
  'cutover.open-journalled',
  'cutover.opened',
  'cutover.flip-journalled',
  'cutover.flipped',
  'cutover.finish-journalled',
  'cutover.finished',
  'reclaim.journalled',
  'reclaim.sequences-raised',
  'reclaim.open-journalled',
  'reclaim.opened',
  'reclaim.flip-journalled',
  'reclaim.flipped',
  'reclaim.finished',
] as const;

export type CrashPoint = (typeof crashPoints)[number];

const announcements = channel('banyan.crash-point');

/** Announces a step boundary to a proof that listens; costs nothing otherwise. */
export function crashPoint(name: CrashPoint): void {
  if (announcements.hasSubscribers) announcements.publish({ name });
}
