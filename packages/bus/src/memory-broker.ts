/** A broker in memory, for tests and simulation: several drivers of one process share it, as programs share a real one. */
import type { EventEnvelope } from '@banyan/contract';
import { type Clock, systemClock } from './clock.ts';
import type { BusDriver, SubscriptionOptions } from './driver.ts';
import { BusError } from './errors.ts';
import { createMemoryGroup, type MemoryGroup } from './memory/group.ts';
import { createMemoryLog } from './memory/log.ts';
import { createMemorySubscription, type MemorySubscription } from './memory/subscription.ts';

export interface MemoryBroker {
  /** A connection of its own, as another process would have. */
  createDriver(): BusDriver;
  /** Ends a driver's connection without a word, as kill -9 or a broken network does; its next calls connect again. */
  disconnect(driver: BusDriver): void;
  /** Puts in what a foreign program might: any text. */
  put(message: ForeignMessage): void;
}

export interface ForeignMessage {
  readonly type: string;
  readonly partitionKey: string;
  readonly text: string;
}

export interface MemoryBrokerOptions {
  /** Keys are spread over so many; each is with one subscription of a group at a time. Default 16. */
  readonly partitions?: number;
  /** Before what was released comes again. Default 50. */
  readonly releasePauseMs?: number;
  readonly clock?: Clock;
}

/** Everything published is kept, as JSON text, until the broker is dropped. */
export function createMemoryBroker({ partitions = 16, releasePauseMs = 50, clock = systemClock }: MemoryBrokerOptions = {}): MemoryBroker {
  const log = createMemoryLog(partitions);
  const groups = new Map<string, MemoryGroup>();
  const put = (message: ForeignMessage) => {
    log.append(message);
    for (const group of groups.values()) group.wake();
  };
  const join = (options: SubscriptionOptions): MemorySubscription => {
    const known = groups.get(options.group);
    const group = known ?? createMemoryGroup({ log, clock, releasePauseMs, from: options.from ?? 'now' });
    groups.set(options.group, group);
    return createMemorySubscription({ group, clock, types: new Set(options.types) });
  };
  const subscriptionsByDriver = new WeakMap<BusDriver, Set<MemorySubscription>>();
  return {
    put,
    createDriver: () => {
      const subscriptions = new Set<MemorySubscription>();
      const driver = createMemoryDriver({ put, join, subscriptions });
      subscriptionsByDriver.set(driver, subscriptions);
      return driver;
    },
    disconnect: (driver) => subscriptionsByDriver.get(driver)?.forEach((subscription) => subscription.lose()),
  };
}

function createMemoryDriver(broker: {
  put(message: ForeignMessage): void;
  join(options: SubscriptionOptions): MemorySubscription;
  readonly subscriptions: Set<MemorySubscription>;
}): BusDriver {
  const { subscriptions } = broker;
  let isClosed = false;
  const refuseWhenClosed = () => {
    if (isClosed) throw new BusError('BUS_CLOSED', 'The driver of the broker in memory is closed.');
  };
  return {
    capabilities: { dropsRepeatedPublish: false, readsFromBeginning: true, survivesRestart: false },
    publish: async (batch, { signal } = {}) => {
      refuseWhenClosed();
      signal?.throwIfAborted();
      for (const message of batch.map(toMessage)) broker.put(message);
    },
    subscribe: async (options) => {
      refuseWhenClosed();
      const subscription = broker.join(options);
      subscriptions.add(subscription);
      return subscription;
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...subscriptions].map((subscription) => subscription.close()));
    },
  };
}

function toMessage(event: EventEnvelope): ForeignMessage {
  return { type: event.type, partitionKey: event.partitionkey, text: JSON.stringify(event) };
}
