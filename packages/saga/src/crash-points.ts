/** Where a proof may kill a process in the course of a saga. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = [
  'saga.armed',
  'saga.before-action',
  'saga.action-done',
  'saga.recorded',
  'saga.waiting',
  'saga.event-kept',
  'saga.before-undo',
  'saga.undone',
  'saga.ended',
] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
