/** The step boundaries of moves at which a proof may kill the controller, and the call that announces one. */

import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'controller.move-stored',
  'controller.copied',
  'controller.stage-stored',
  'controller.routes-pushed',
  'controller.side-programs-stopped',
  'controller.hold-stored',
  'controller.held',
  'controller.flip-stored',
  'controller.owner-told',
  'controller.flip-pushed',
  'controller.flipped',
  'controller.hold-released',
  'controller.cutover-done',
  'controller.side-programs-started',
  'controller.streams-dropped',
  'controller.move-finished',
] as const;

export type CrashPoint = (typeof crashPoints)[number];

const announcements = channel('banyan.crash-point');

/** Announces a step boundary to a proof that listens; costs nothing otherwise. */
export function crashPoint(name: CrashPoint): void {
  if (announcements.hasSubscribers) announcements.publish({ name });
}
