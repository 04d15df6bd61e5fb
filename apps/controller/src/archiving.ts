/** Archives the events of a broker that keeps none into the event store: a consumer group of its own for all types, whose effect is the append. */

import { setTimeout as delay } from 'node:timers/promises';
import type { BusDriver, Delivery } from '@banyan/bus';
import { type EventEnvelope, readEnvelope } from '@banyan/contract';
import type { EventLog } from '@banyan/event-store';
import { causeText } from '@banyan/migration/errors';
import { loadDriver } from '@banyan/service/load-driver';
import type { Logger } from '@banyan/telemetry';

/** The consumer group that archives. */
export const archiveGroup = 'event-store';

export interface Archive {
  readonly brokerUrl: string;
  /** All event types of the system. */
  readonly types: readonly string[];
}

/** Makes the group's queues, so that they gather what is published before a controller is there. Throws what the driver throws. */
export async function prepareArchive({ brokerUrl, types }: Archive): Promise<void> {
  const driver = await loadDriver({ url: brokerUrl, name: 'banyan archive' });
  try {
    await driver.subscribe({ group: archiveGroup, types });
  } finally {
    await driver.close();
  }
}

export interface ArchivingOptions extends Archive {
  /** Rejects while it is away. */
  readonly eventLog: () => Promise<Pick<EventLog, 'append'>>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly signal: AbortSignal;
  readonly onState?: (state: string) => void;
}

const batchMax = 500;
const pullWaitMs = 1_000;
const pausesMs = { first: 100, longest: 5_000 };

/**
 * Until the signal. Broker and event store are waited for when they are away: nothing is settled that is not stored, and what comes again is known by its
 * id. The order of a key is that of the broker. What can never be stored is told as an error and passed over, so that it keeps nothing behind it.
 */
export async function archive(options: ArchivingOptions): Promise<void> {
  const { signal, logger, onState = () => {} } = options;
  for (let pauseMs = pausesMs.first; !signal.aborted; pauseMs = Math.min(pauseMs * 2, pausesMs.longest)) {
    try {
      await archiveWhileConnected(options, () => {
        if (pauseMs > pausesMs.first) logger.info({ event: 'archive.back' }, 'Events are archived again.');
        pauseMs = pausesMs.first;
        onState('ok');
      });
    } catch (error) {
      if (pauseMs === pausesMs.first) logger.warn({ event: 'archive.away' }, `Events wait to be archived: ${causeText(error)}`);
      onState(`waited for: ${causeText(error)}`);
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

async function archiveWhileConnected(options: ArchivingOptions, onBatch: () => void): Promise<void> {
  const { brokerUrl, types, signal, eventLog } = options;
  const driver: BusDriver = await loadDriver({ url: brokerUrl, name: 'banyan archive' });
  try {
    const subscription = await driver.subscribe({ group: archiveGroup, types });
    while (!signal.aborted) {
      const batch = await subscription.pull({ max: batchMax, waitMs: pullWaitMs, signal });
      onBatch();
      if (batch === undefined) continue;
      await store(await eventLog(), batch.deliveries, options);
      await batch.settle();
    }
  } finally {
    await driver.close();
  }
}

/** All at once; when something among them is refused each on its own, so that only that is left out. */
async function store(log: Pick<EventLog, 'append'>, deliveries: readonly Delivery[], options: ArchivingOptions): Promise<void> {
  const events = deliveries.flatMap((delivery) => readOrTell(delivery, options));
  try {
    await log.append(events);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    for (const event of events) await storeOrTell(log, event, options);
  }
}

function readOrTell({ content, position }: Delivery, { logger }: ArchivingOptions): EventEnvelope[] {
  const reading = readEnvelope(content);
  if ('envelope' in reading) return [reading.envelope];
  logger.error({ event: 'archive.unreadable', position }, `A message cannot be archived: ${reading.unreadable}.`);
  return [];
}

async function storeOrTell(log: Pick<EventLog, 'append'>, event: EventEnvelope, { logger }: ArchivingOptions): Promise<void> {
  try {
    await log.append([event]);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { id, type } = event;
    logger.error({ event: 'archive.refused', id, type }, `An event cannot be archived: ${causeText(error)}`);
  }
}

/** What is wrong with the event stays wrong; anything else passes. */
function isRefusal(error: unknown): boolean {
  return /^EVENT_STORE_(EVENT_INVALID|SEQUENCE_BROKEN)$/.test((error as { code?: string }).code ?? '');
}
