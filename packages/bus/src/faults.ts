/** What goes wrong between programs, put in on purpose: for simulation, in front of any driver and any store. */
import { type Clock, type Random, systemClock, systemRandom } from './clock.ts';
import type { ConsumerStore } from './consumer-store.ts';
import type { Batch, BusDriver, DriverSubscription } from './driver.ts';
import { BusError } from './errors.ts';

/** Probabilities from 0 to 1; each default 0. */
export interface BusFaultRates {
  /** A publish or settle has its effect and fails all the same: everything of it comes twice. */
  readonly duplicate?: number;
  /** A call waits before it begins. */
  readonly delay?: number;
  /** The longest of these waits. Default 1,000. */
  readonly delayMs?: number;
  /** A call fails because the connection is lost; what was not settled comes again. */
  readonly drop?: number;
}

export interface FaultSource {
  readonly clock?: Clock;
  readonly random?: Random;
}

export function withBusFaults(driver: BusDriver, rates: BusFaultRates, source: FaultSource = {}): BusDriver {
  const faults = createFaults(rates, source);
  return {
    capabilities: driver.capabilities,
    publish: async (batch, options) => {
      await faults.before('publish');
      await driver.publish(batch, options);
      faults.after('publish');
    },
    subscribe: async (options) => {
      await faults.before('subscribe');
      return withSubscriptionFaults(() => driver.subscribe(options), faults);
    },
    close: () => driver.close(),
  };
}

/** A lost connection is made anew by the next pull, as the seam asks. */
async function withSubscriptionFaults(subscribe: () => Promise<DriverSubscription>, faults: Faults): Promise<DriverSubscription> {
  let inner: DriverSubscription | undefined = await subscribe();
  let isClosed = false;
  const lose = async (error: unknown) => {
    await inner?.close();
    inner = undefined;
    throw error;
  };
  const toBatch = (batch: Batch): Batch => ({
    deliveries: batch.deliveries,
    settle: async () => {
      await faults.before('settle').catch(lose);
      if (faults.isDuplicated()) {
        await batch.release();
        throw connectionLost('settle');
      }
      await batch.settle();
    },
    release: async () => {
      await faults.before('release').catch(lose);
      await batch.release();
    },
  });
  return {
    pull: async (options) => {
      await faults.before('pull').catch(lose);
      if (isClosed) return undefined;
      inner ??= await subscribe();
      const batch = await inner.pull(options);
      return batch === undefined ? undefined : toBatch(batch);
    },
    close: async () => {
      isClosed = true;
      await inner?.close();
    },
  };
}

export interface StoreFaultRates {
  /** A call fails before anything happens, as when the database is away. */
  readonly away?: number;
  /** An event is noted with its effect and the call fails all the same, as when the answer to COMMIT is lost. */
  readonly unknownCommit?: number;
  /** A call waits before it begins. */
  readonly delay?: number;
  /** The longest of these waits. Default 1,000. */
  readonly delayMs?: number;
}

export function withStoreFaults<Session>(
  store: ConsumerStore<Session>,
  { away = 0, unknownCommit = 0, ...delays }: StoreFaultRates,
  source: FaultSource = {},
): ConsumerStore<Session> {
  const faults = createFaults({ ...delays, drop: away, duplicate: unknownCommit }, source);
  return {
    handle: async (event, effect) => {
      await faults.before('handle');
      const result = await store.handle(event, effect);
      if (result === 'handled') faults.after('commit');
      return result;
    },
    setAside: async (entry) => {
      await faults.before('set aside');
      return store.setAside(entry);
    },
    retryDue: async (group, attempt) => {
      await faults.before('retry');
      const result = await store.retryDue(group, attempt);
      if (result?.outcome === 'handled') faults.after('commit');
      return result;
    },
    postpone: async (entry, next) => {
      await faults.before('postpone');
      await store.postpone(entry, next);
    },
    prune: (olderThanMs) => store.prune(olderThanMs),
  };
}

interface Faults {
  before(call: string): Promise<void>;
  after(call: string): void;
  isDuplicated(): boolean;
}

function createFaults(rates: BusFaultRates, { clock = systemClock, random = systemRandom }: FaultSource): Faults {
  const { duplicate = 0, delay = 0, delayMs = 1_000, drop = 0 } = rates;
  const isDuplicated = () => random.next() < duplicate;
  return {
    isDuplicated,
    before: async (call) => {
      if (random.next() < delay) await clock.wait(random.next() * delayMs);
      if (random.next() < drop) throw connectionLost(call);
    },
    after: (call) => {
      if (isDuplicated()) throw connectionLost(call);
    },
  };
}

function connectionLost(call: string): BusError {
  return new BusError('BUS_CONNECTION_LOST', `The connection was lost during "${call}", on purpose.`);
}
