/** Engines on one database in memory, on a clock on which hours pass in milliseconds; and what most tests of sagas start with. */
import { createVirtualClock, type VirtualClock } from '@banyan/bus/virtual-clock';
import type { EventEnvelope } from '@banyan/contract';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Saga } from '../definition.ts';
import { createSagaEngine, type SagaEngine, type SagaEngineOptions } from '../engine.ts';
import { createMemorySagaDatabase, type MemorySagaDatabase, type MemoryTransaction } from '../memory-store.ts';
import { orderPaid } from './order-saga.ts';

export interface World {
  readonly clock: VirtualClock;
  readonly database: MemorySagaDatabase;
  readonly log: string[];
  readonly engine: (sagas: readonly Saga[], options?: Partial<SagaEngineOptions<MemoryTransaction>>) => Promise<SagaEngine>;
  readonly deliver: (engine: SagaEngine, order: string, amount: number, id?: string) => Promise<void>;
}

/** Hours pass in milliseconds: all waits go through the clock. */
export function inVirtualTime(work: (world: World) => Promise<void>): () => Promise<void> {
  return () => {
    const clock = createVirtualClock();
    const database = createMemorySagaDatabase({ clock, travel: () => clock.wait(1) });
    const engines: SagaEngine[] = [];
    const { transactions } = database.connect();
    const connections = new Map<SagaEngine, typeof transactions>();
    const world: World = {
      clock,
      database,
      log: [],
      engine: async (sagas, options = {}) => {
        const connection = database.connect();
        const engine = await createSagaEngine({ ...connection, sagas, clock, random: { next: () => 0.5 }, ...options });
        connections.set(engine, connection.transactions);
        engines.push(engine);
        return engine;
      },
      deliver: (engine, order, amount, id = `${order}-${amount}`) =>
        connections
          .get(engine)!
          .run(({ session }) => engine.deliver(session, { id, type: orderPaid.type, data: { order, amount } } as unknown as EventEnvelope)),
    };
    return clock.run(
      (async () => {
        await work(world);
        for (const engine of engines) await engine.stop();
      })(),
    );
  };
}

export const options = { version: 1, input: z.object({ item: z.string() }), limitMs: 60_000 };
export const input = { item: 'book' };
export const ann = { by: 'ann', reason: 'ticket 12' };
export const patience = { withinMs: 3_600_000 };

/** Answers the id of the saga. */
export async function untilStuck(engine: SagaEngine, of: Saga, key = 'k'): Promise<string> {
  expect(await engine.waitForEnd(of, key, patience)).toMatchObject({ state: 'needs-operator' });
  return (await engine.operator.list({ states: ['needs-operator'] }))[0]!.id;
}
