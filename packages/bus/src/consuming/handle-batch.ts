/** One batch: its keys side by side, each key strictly in order. */
import type { Delivery } from '../driver.ts';
import type { ConsumerContext } from './consumer-context.ts';
import { handleDelivery, type IncomingEvent } from './handle-delivery.ts';
import { identify } from './identify.ts';

/**
 * Resolves when every delivery is done with. Throws the first StoreAway or interruption once everything that had begun has ended;
 * nothing new is begun after it.
 */
export async function handleBatch<Session>(
  context: ConsumerContext<Session>,
  deliveries: readonly Delivery[],
  keysAtOnce: number,
): Promise<void> {
  const lanes = toLanes(context, deliveries).values();
  const errors: unknown[] = [];
  const workLanes = async () => {
    for (const lane of lanes) {
      for (const event of lane) {
        if (errors.length > 0) return;
        await counted(context, () => handleDelivery(context, event)).catch((error: unknown) => errors.push(error));
      }
    }
  };
  await Promise.all(Array.from({ length: keysAtOnce }, workLanes));
  if (errors.length > 0) throw errors[0];
}

/** Events without a key have nothing to wait for: each is a lane of its own. */
function toLanes<Session>({ group, generation }: ConsumerContext<Session>, deliveries: readonly Delivery[]): IncomingEvent[][] {
  const lanes: IncomingEvent[][] = [];
  const lanesByKey = new Map<string, IncomingEvent[]>();
  for (const delivery of deliveries) {
    const identity = identify(delivery, group, generation);
    const event = { identity, content: delivery.content };
    const lane = lanesByKey.get(identity.partitionKey);
    if (lane !== undefined) lane.push(event);
    else {
      lanes.push([event]);
      if (identity.partitionKey !== '') lanesByKey.set(identity.partitionKey, lanes.at(-1)!);
    }
  }
  return lanes;
}

async function counted<Session>({ counts }: ConsumerContext<Session>, work: () => Promise<void>): Promise<void> {
  counts.inFlight += 1;
  try {
    await work();
  } finally {
    counts.inFlight -= 1;
  }
}
