/** Two instances of one consumer group among faults: killed at crash points, cut off, their calls failing; each that dies is replaced. */
import type { Clock, Random } from '../clock.ts';
import type { TestEvent } from '../conformance/events.ts';
import { consume } from '../consumer.ts';
import type { BusDriver } from '../driver.ts';
import { type BusFaultRates, type StoreFaultRates, withBusFaults, withStoreFaults } from '../faults.ts';
import type { MemoryBroker } from '../memory-broker.ts';
import type { MemoryDatabase } from '../memory-consumer-store.ts';
import { createMortal } from './mortal.ts';
import type { Shop } from './shop.ts';

export interface ChaosOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly broker: MemoryBroker;
  readonly database: MemoryDatabase;
  readonly shop: Shop;
  readonly batchMax: number;
  readonly busFaults: BusFaultRates;
  readonly storeFaults: StoreFaultRates;
  /** One instance after the other dies so. */
  readonly deaths: readonly { readonly point: string; readonly times: number }[];
}

export interface Chaos {
  /** How many died. */
  readonly deaths: number;
  /** Publishes until it is sure that the broker has it, three events at a time. */
  publish(events: readonly TestEvent[]): Promise<void>;
  /** Cuts one instance off while it works. */
  disconnectOne(): void;
  stop(): Promise<void>;
}

export function createChaos(options: ChaosOptions): Chaos {
  const { clock, random, broker, busFaults } = options;
  const source = { clock, random };
  const instances = new Set<{ readonly driver: BusDriver; stop(): Promise<unknown> }>();
  const deaths = [...options.deaths];
  let died = 0;
  let isOver = false;
  const start = async () => {
    const driver = broker.createDriver();
    const death = deaths.shift();
    const mortal = createMortal({
      ...(death === undefined ? {} : { death }),
      onDeath: () => {
        broker.disconnect(driver);
        died += 1;
        instances.delete(instance);
        void instance.stop().then(start);
      },
    });
    const faulty = { driver: mortal.driver(withBusFaults(driver, busFaults, source)), store: mortal.store(storeOf(options)) };
    const starting = mortal.run(() =>
      persistently(
        clock,
        () => consume({ ...consumerOf(options), ...faulty }),
        () => mortal.isDead || isOver,
      ),
    );
    const instance = {
      driver,
      stop: async () => {
        await (await starting)?.stop({ withinMs: 1 });
        await driver.close();
      },
    };
    instances.add(instance);
    await starting;
  };
  void start();
  void start();
  const publisher = withBusFaults(broker.createDriver(), busFaults, source);
  return {
    get deaths() {
      return died;
    },
    publish: async (events) => {
      for (let first = 0; first < events.length; first += 3) {
        await persistently(clock, () => publisher.publish(events.slice(first, first + 3)));
      }
    },
    disconnectOne: () => {
      const all = [...instances];
      if (all.length > 0) broker.disconnect(all[Math.floor(random.next() * all.length)]!.driver);
    },
    stop: async () => {
      isOver = true;
      await Promise.all([...instances].map((instance) => instance.stop()));
    },
  };
}

function storeOf({ database, storeFaults, clock, random }: ChaosOptions) {
  return withStoreFaults(database.createStore(), storeFaults, { clock, random });
}

function consumerOf({ shop, clock, random, batchMax }: ChaosOptions) {
  return {
    group: 'billing',
    from: 'beginning',
    handlers: [shop.handler],
    clock,
    random,
    limits: { batchMax, attemptTimeoutMs: 2_000 },
  } as const;
}

/** What programs do around calls that may fail: again, after a moment. */
async function persistently<Result>(clock: Clock, call: () => Promise<Result>, isOver = () => false): Promise<Result | undefined> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (isOver()) return undefined;
      if ((error as { code?: string }).code !== 'BUS_CONNECTION_LOST') throw error;
      await clock.wait(100);
    }
  }
}
