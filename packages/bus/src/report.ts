/** How consumers and drivers say what happens: notable things as log lines, every event that is done with as a measure. */
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

/** Channel of node:diagnostics_channel on which a consumer publishes one ConsumptionReport per event that it is done with. */
export const consumptionChannel = 'banyan.bus.consumption';

export interface ConsumptionReport {
  readonly group: string;
  readonly type: string;
  readonly outcome: 'handled' | 'duplicate' | 'deferred' | 'waiting' | 'dead';
  readonly attempts: number;
  /** From being taken to being done with. */
  readonly durationMs: number;
  /** From the event's own time to being done with; absent when its time cannot be read. */
  readonly lagMs?: number;
}

const consumptions = channel(consumptionChannel);

export function reportConsumption(measure: () => ConsumptionReport): void {
  if (consumptions.hasSubscribers) consumptions.publish(measure());
}
