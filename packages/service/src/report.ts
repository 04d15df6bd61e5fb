/** How a service says what happens to it: on the channel that telemetry listens to. */
import { channel } from 'node:diagnostics_channel';
import { eventChannel, type EventReport } from '@banyan/telemetry';

const events = channel(eventChannel);

/** Publishes `{ level, event, message, ...fields }`; costs nothing while nobody listens. */
export function report(level: EventReport['level'], event: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  if (events.hasSubscribers) events.publish({ ...fields, level, event, message });
}
