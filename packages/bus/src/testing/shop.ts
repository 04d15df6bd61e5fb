/** A service under test: one event type, a list of effects, and handlers that fail as planned. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { type Clock } from '../clock.ts';
import { createEventSeries, type TestEvent } from '../conformance/events.ts';
import { deadLetter, type EventHandler, on, retry } from '../handler.ts';
import type { MemorySession } from '../memory-consumer-store.ts';

export const orderPlaced = event({
  type: 'order.placed',
  version: 1,
  summary: 'An order was placed.',
  key: 'key',
  data: z.object({ key: z.string(), number: z.number(), text: z.string().optional() }),
});

/** What one attempt comes to. `hang` outlasts every limit and then writes all the same. */
export type AttemptPlan = 'done' | 'throw' | 'later' | 'refuse' | 'hang';

export interface Shop {
  readonly effects: string[];
  readonly attempts: string[];
  readonly handler: EventHandler<MemorySession>;
  /** Attempts of an event come to these in turn, the last one for ever. */
  plan(event: TestEvent, outcomes: readonly AttemptPlan[]): void;
  /** From now on every attempt is done. */
  repair(): void;
  readonly next: ReturnType<typeof createEventSeries>;
}

export function createShop(clock: Clock): Shop {
  const effects: string[] = [];
  const attempts: string[] = [];
  const plans = new Map<string, AttemptPlan[]>();
  const takePlan = (id: string): AttemptPlan => {
    const outcomes = plans.get(id) ?? ['done'];
    return outcomes.length > 1 ? outcomes.shift()! : outcomes[0]!;
  };
  const handler = on<MemorySession, typeof orderPlaced>(
    orderPlaced,
    async ({ id }, { session }) => {
      attempts.push(id);
      session.write(() => effects.push(id));
      await clock.wait(1);
      switch (takePlan(id)) {
        case 'throw':
          throw new Error('no stock');
        case 'later':
          return retry(2_000, 'not open yet');
        case 'refuse':
          return deadLetter('no such article');
        case 'hang':
          await clock.wait(600_000);
          session.write(() => effects.push(`${id} late`));
          return undefined;
        default:
          return undefined;
      }
    },
    { replayable: true },
  );
  return {
    effects,
    attempts,
    handler,
    plan: (event, outcomes) => void plans.set(event.id, [...outcomes]),
    repair: () => plans.clear(),
    next: createEventSeries(orderPlaced.type),
  };
}
