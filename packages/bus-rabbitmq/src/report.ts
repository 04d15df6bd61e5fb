/** How the driver says what happens to it. */
import { channel } from 'node:diagnostics_channel';

/** The name that telemetry listens to; this package imports nothing of it. */
const events = channel('banyan.event');

/** Publishes `{ level, event, message, ...fields }`; costs nothing while nobody listens. */
export function report(
  level: 'debug' | 'info' | 'warn',
  event: string,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  if (events.hasSubscribers) events.publish({ ...fields, level, event, message });
}
