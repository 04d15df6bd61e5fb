/** Where a proof may kill the service while an administrator edits the bank. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = ['admin.command.noted', 'admin.command.before-answer', 'admin.audit.before-commit'] as const;

/** It hears of the bank and tells nobody anything. */
export const neverPassed: readonly string[] = [
  'outbox.before-commit',
  'outbox.committed',
  'relay.taken',
  'relay.published',
  'relay.deleted',
  'bus-postgres.appended',
  'bus-postgres.notified',
  'bus-rabbitmq.sent',
  'bus-rabbitmq.confirmed',
];

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
