/** What every instance of a service consists of: its connection, its outbox with a relay, and a consumer with inbox, all of real code. */
import { consume, type EventHandler, type HandlerContext, on } from '@banyan/bus';
import { type BusFaultRates, withBusFaults } from '@banyan/bus/faults';
import type { BusDriver } from '@banyan/bus/driver';
import type { EventContract, EventEnvelope } from '@banyan/contract';
import { createOutbox, type Outbox } from '@banyan/outbox/outbox';
import { createRelay } from '@banyan/outbox/relay';
import type { MemoryTransaction } from '@banyan/saga';
import type { MemoryBroker } from '@banyan/bus';
import type { Connection, SimulatedDatabase } from '../database/simulated-database.ts';
import { describe } from '../database/statements.ts';
import { connectionLost, never, type SimulatedProcess } from '../simulated-process.ts';
import type { World } from '../world.ts';
import type { Group } from './contracts.ts';

export interface Place {
  readonly world: World;
  readonly broker: MemoryBroker;
  readonly database: SimulatedDatabase;
  readonly process: SimulatedProcess;
  readonly group: Group;
}

export interface Instance extends Place {
  readonly connection: Connection;
  readonly outbox: Outbox<EventContract>;
}

export type Handler = EventHandler<MemoryTransaction>;

export function createInstance(place: Place, publishes: readonly EventContract[]): Instance {
  const { world, database, process, group } = place;
  const connection = database.connect(process);
  const outbox = createOutbox<EventContract>({
    transactions: connection.transactions,
    source: `/${group}`,
    publishes,
    clock: process.clock,
    ids: world.newId,
  });
  const relay = createRelay({
    database: { open: connection.openRelay },
    driver: connectToBroker(place, { refusesTheDead: true }),
    batchSize: 1 + world.random.below(5),
    pollMs: 500,
    lagReportMs: 600_000,
    clock: world.clock,
    random: world.random,
  });
  relay.start();
  process.onDeath(() => void relay.stop());
  process.onStop(() => relay.stop());
  return { ...place, connection, outbox };
}

/** Joins the group, again and again until the broker is there. */
export async function consumeUntilDead(instance: Instance, handlers: readonly Handler[]): Promise<void> {
  const { world, connection, process, group } = instance;
  for (let driver = connectToBroker(instance); !process.isDead;) {
    try {
      const limits = { batchMax: 5, attemptTimeoutMs: 3_000, retryPollMs: 500 };
      const retry = { attemptsMax: 1_000, longestDelayMs: 2_000 };
      const { clock, random } = { clock: process.clock, random: world.random };
      const consumer = await consume({
        driver,
        store: connection.consumerStore,
        group,
        from: 'beginning',
        handlers,
        limits,
        retry,
        clock,
        random,
      });
      process.onStop(() => consumer.stop({ withinMs: 1_000 }));
      return;
    } catch {
      await world.clock.wait(200);
      driver = connectToBroker(instance);
    }
  }
}

/** The effect that the checker counts, in the transaction of the inbox. */
export function counted(
  { group, database, world, process }: Instance,
  contract: EventContract,
  handle: (
    event: EventEnvelope<{ readonly [name: string]: string }>,
    context: HandlerContext<MemoryTransaction>,
  ) => Promise<unknown> = async () => {},
): Handler {
  return on<MemoryTransaction, EventContract>(contract, async (event, context) => {
    await process.step();
    const outcome = await handle(event as never, context);
    await process.step();
    if (outcome !== undefined) return outcome as never;
    context.session.stage(() => {
      database.tables.effects.push({ group, event });
      world.tell(`${process.name}: effect of ${describe(event)}`);
    });
    return undefined;
  });
}

/** A relay's call must end with its process, so that the relay can; a consumer's simply never comes back. */
function connectToBroker({ world, broker, process }: Place, { refusesTheDead = false } = {}): BusDriver {
  const { clock, random, faults } = world;
  const inner = broker.createDriver();
  process.onDeath(() => broker.disconnect(inner));
  process.onDeath(() => void inner.close());
  const rates: BusFaultRates = { duplicate: faults.doubled, delay: faults.delay, delayMs: 300, drop: faults.brokerAway };
  const lucky = { next: () => (world.calm ? 1 : random.next()) };
  const faulty = withBusFaults(inner, rates, { clock, random: lucky });
  const alive = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    if (process.isDead) return refusesTheDead ? Promise.reject(connectionLost()) : never();
    const result = await call();
    return process.isDead && !refusesTheDead ? never() : result;
  };
  return {
    capabilities: faulty.capabilities,
    publish: (batch, options) => alive(() => faulty.publish(batch, options)),
    close: () => faulty.close(),
    subscribe: async (options) => {
      const subscription = await alive(() => faulty.subscribe(options));
      return {
        close: () => subscription.close(),
        pull: async (pulling) => {
          const batch = await alive(() => subscription.pull(pulling));
          if (batch === undefined) return undefined;
          const settle = () => alive(() => batch.settle());
          if (world.planted !== 'settles-first') return { ...batch, settle };
          await settle();
          return { ...batch, settle: async () => {}, release: async () => {} };
        },
      };
    },
  };
}
