/** For tests of drivers with real processes: numbered events that any process can make again, and members of a group that note what they are given. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventSchemaUri, sequenceText, type EventEnvelope } from '@banyan/contract';
import type { BusDriver, Delivery } from './driver.ts';

export const orderPlaced = 'order.placed';
const keys = 24;

export type Order = EventEnvelope<{ readonly key: string; readonly number: number }>;

/** Events `from`, `from + 1`, …; those of one key are numbered 1, 2, 3, … */
export function makeOrders(from: number, count: number, type = orderPlaced): Order[] {
  return Array.from({ length: count }, (_, place) => {
    const key = `order-${(from + place) % keys}`;
    const number = Math.floor((from + place) / keys) + 1;
    const digest = createHash('sha256')
      .update(`${type} ${from + place}`)
      .digest('hex');
    return {
      specversion: '1.0',
      id: digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
      source: `/test/${type}`,
      type,
      subject: key,
      time: '2026-11-21T12:00:00.000Z',
      datacontenttype: 'application/json',
      dataschema: eventSchemaUri(type, 1),
      data: { key, number },
      correlationid: digest,
      partitionkey: key,
      sequence: sequenceText(BigInt(number)),
    };
  });
}

/** The order in a delivery: what came is what was made. */
export function orderOf({ content }: Delivery): Order {
  return content as Order;
}

export interface HandlingOptions {
  /** The effect of a batch; when it fails the batch is released and comes again. */
  readonly note: (orders: readonly Order[]) => Promise<void>;
  readonly onReady?: () => void;
  readonly signal?: AbortSignal;
}

/** A member of the group `billing`, until the signal. What fails with a connection is tried again: its batch comes again. */
export async function handleOrders(driver: BusDriver, { note, onReady, signal }: HandlingOptions): Promise<void> {
  const subscription = await driver.subscribe({ group: 'billing', types: [orderPlaced] });
  onReady?.();
  while (signal?.aborted !== true) {
    try {
      const batch = await subscription.pull({ max: 20, waitMs: 1_000, ...(signal === undefined ? {} : { signal }) });
      if (batch === undefined) continue;
      await note(batch.deliveries.map(orderOf)).then(
        () => batch.settle(),
        () => batch.release(),
      );
    } catch {
      await sleep(20); // the server is away
    }
  }
  await subscription.close();
}

/** Publishes as the relay of an outbox does: the same batch again until it is known to be there, at most a minute. */
export async function publishUntilDone(driver: BusDriver, orders: readonly Order[]): Promise<void> {
  for (const startedMs = performance.now(); ; await sleep(20)) {
    try {
      return await driver.publish(orders);
    } catch (error) {
      const isOfBus = (error as { code?: string }).code?.startsWith('BUS_') === true;
      if (!isOfBus || performance.now() - startedMs > 60_000) throw error;
    }
  }
}
