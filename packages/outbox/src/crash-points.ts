/** Where a proof may kill a program between writing an event and having it at the broker. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = ['outbox.before-commit', 'outbox.committed', 'relay.taken', 'relay.published', 'relay.deleted'] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
