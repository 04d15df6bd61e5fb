/** Where a proof may kill a program that publishes to or pulls from PostgreSQL. */
import { channel } from 'node:diagnostics_channel';

export const crashPoints = ['bus-postgres.appended', 'bus-postgres.notified', 'bus-postgres.pulled', 'bus-postgres.settled'] as const;

const armed = channel('banyan.crash-point');

export function crashPoint(name: (typeof crashPoints)[number]): void {
  if (armed.hasSubscribers) armed.publish({ name });
}
