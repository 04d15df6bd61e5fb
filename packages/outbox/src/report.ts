/** How outbox, relay and inbox say what happens: on the channel that telemetry listens to. */
import { channel } from 'node:diagnostics_channel';

/** The name that telemetry listens to; this package imports nothing of it. */
const events = channel('banyan.event');

/** Publishes `{ level, event, message, ...fields }`; costs nothing while nobody listens. */
export function report(
  level: 'debug' | 'info' | 'warn' | 'error',
  event: string,
  message: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  if (events.hasSubscribers) events.publish({ ...fields, level, event, message });
}

/** Channel of node:diagnostics_channel on which the leading relay publishes an OutboxLag at its interval. */
export const outboxLagChannel = 'banyan.outbox.lag';

/** What is committed and not yet at the broker. */
export interface OutboxLag {
  /** Name of the database. */
  readonly database: string;
  /** Exact up to 100,000, from there on that number. */
  readonly count: number;
  /** Age of the oldest; 0 when there is none. */
  readonly oldestMs: number;
}

const lags = channel(outboxLagChannel);

export function reportLag(lag: OutboxLag): void {
  if (lags.hasSubscribers) lags.publish(lag);
}
