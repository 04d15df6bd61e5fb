/** Consumers as they are written when nobody thinks of it: each breaks one promise, so that the checkers can be seen to find it. */
import type { EventEnvelope } from '@banyan/contract';
import type { Clock } from '../clock.ts';
import type { BusDriver, Delivery } from '../driver.ts';
import { createMemorySession } from '../memory/session.ts';
import type { Shop } from './shop.ts';

export interface NaiveConsumer {
  stop(): Promise<void>;
}

interface Naive {
  readonly driver: BusDriver;
  readonly shop: Shop;
  readonly clock: Clock;
}

/** At most once: the broker forgets an event before its handler has succeeded. */
export function settleBeforeHandling(naive: Naive): Promise<NaiveConsumer> {
  const seen = new Set<string>();
  return pullAll(naive, async ({ deliveries }, settle) => {
    await settle();
    for (const delivery of deliveries) {
      const { id } = delivery.content as EventEnvelope;
      if (!seen.has(id)) await handle(naive, delivery).catch(() => {});
      seen.add(id);
    }
  });
}

/** Sets a failed event aside for later and goes on with its key meanwhile. */
export function overtakeWhatFailed(naive: Naive): Promise<NaiveConsumer> {
  const seen = new Set<string>();
  const later: Delivery[] = [];
  return pullAll(naive, async ({ deliveries }, settle) => {
    for (const delivery of [...later.splice(0), ...deliveries]) {
      const { id } = delivery.content as EventEnvelope;
      if (seen.has(id)) continue;
      await handle(naive, delivery).then(
        () => seen.add(id),
        () => later.push(delivery),
      );
    }
    await settle();
  });
}

/** Settles after handling, and remembers nothing. */
export function forgetWhatWasHandled(naive: Naive): Promise<NaiveConsumer> {
  return pullAll(naive, async ({ deliveries }, settle) => {
    const again = async (delivery: Delivery): Promise<void> => handle(naive, delivery).catch(() => again(delivery));
    for (const delivery of deliveries) await again(delivery);
    await settle();
  });
}

async function handle({ shop }: Naive, { content }: Delivery): Promise<void> {
  await createMemorySession().commit(async (session) => {
    const context = { session, attempt: 1, generation: 0, signal: new AbortController().signal };
    await shop.handler.handle(content as never, context);
  });
}

async function pullAll(
  { driver, clock }: Naive,
  work: (batch: { readonly deliveries: readonly Delivery[] }, settle: () => Promise<void>) => Promise<void>,
): Promise<NaiveConsumer> {
  const subscription = await driver.subscribe({ group: 'billing', types: ['order.placed'] });
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      const batch = await subscription.pull({ max: 10, waitMs: 100, signal: stopping.signal });
      await work(batch ?? { deliveries: [] }, async () => batch?.settle());
      await clock.wait(1);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await loop;
      await subscription.close();
    },
  };
}
