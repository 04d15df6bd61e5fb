/** Where a proof may kill the service while a mail is queued or sent. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = ['notification.mail.queued', 'notification.mail.taken', 'notification.mail.accepted'] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
