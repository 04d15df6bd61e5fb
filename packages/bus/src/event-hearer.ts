/** Hears events as a program would that reads them: for a test of one that publishes them. */
import { setTimeout as pause } from 'node:timers/promises';
import { type EventEnvelope, readEnvelope } from '@banyan/contract';
import type { BusDriver } from './driver.ts';

export type HeardEvent = EventEnvelope<Record<string, unknown>>;

export interface EventHearerOptions {
  readonly driver: Pick<BusDriver, 'subscribe'>;
  readonly types: readonly string[];
  /** Each event once. */
  readonly onEvent?: (event: HeardEvent) => Promise<void>;
}

export interface EventHearer {
  /** Oldest first, from the beginning; what comes again is not heard again. */
  readonly heard: readonly HeardEvent[];
  ofType(type: string): readonly HeardEvent[];
  stop(): Promise<void>;
}

const atOnce = 100;
const waitMs = 500;
const awayMs = 100;

/** Goes on when the broker was away, because a test may want it so. */
export async function hearEvents({ driver, types, onEvent }: EventHearerOptions): Promise<EventHearer> {
  const subscription = await driver.subscribe({ group: 'others', types, from: 'beginning' });
  const heard: HeardEvent[] = [];
  const hear = async (content: unknown) => {
    const reading = readEnvelope(content);
    if ('unreadable' in reading) throw new Error(reading.unreadable);
    if (heard.some(({ id }) => id === reading.envelope.id)) return;
    heard.push(reading.envelope);
    await onEvent?.(reading.envelope);
  };
  let isStopped = false;
  const hearing = (async () => {
    while (!isStopped) {
      const batch = await subscription.pull({ max: atOnce, waitMs }).catch(() => pause(awayMs, undefined));
      for (const { content } of batch?.deliveries ?? []) await hear(content);
      await batch?.settle().catch(() => pause(awayMs, undefined));
    }
  })();
  return {
    heard,
    ofType: (type) => heard.filter((event) => event.type === type),
    stop: async () => {
      isStopped = true;
      await hearing;
    },
  };
}
