/** One subscription at the broker in memory: pulls, one batch at a time. */
import type { Clock } from '../clock.ts';
import type { Batch, Delivery, DriverSubscription } from '../driver.ts';
import { BusError } from '../errors.ts';
import type { StoredMessage } from './log.ts';
import type { Member, MemoryGroup, Taken } from './group.ts';

export interface MemorySubscription extends DriverSubscription {
  /** Loses its connection: what was not settled comes again, the pull under way or the next one fails, and the one after that is connected. */
  lose(): void;
}

export function createMemorySubscription(options: {
  readonly group: MemoryGroup;
  readonly clock: Clock;
  readonly types: ReadonlySet<string>;
}): MemorySubscription {
  const { group, clock, types } = options;
  let awake = new AbortController();
  let isClosed = false;
  let isLost = false;
  let unsettled: Taken | undefined;
  const member: Member = { types, wake: () => awake.abort() };
  group.join(member);

  const waitForMore = async (endAt: number, signal: AbortSignal | undefined) => {
    awake = new AbortController();
    const until = Math.min(endAt, group.nextFreeAt() ?? endAt);
    const wake = () => member.wake();
    signal?.addEventListener('abort', wake, { once: true });
    await clock.wait(until - clock.now(), awake.signal);
    signal?.removeEventListener('abort', wake);
  };
  const end = (taken: Taken, finish: (taken: Taken) => void) => {
    if (unsettled !== taken) return false;
    unsettled = undefined;
    finish(taken);
    return true;
  };
  const leave = () => {
    if (unsettled !== undefined) end(unsettled, (taken) => taken.giveBack({ withPause: false }));
    if (!isLost) group.leave(member);
    member.wake();
  };
  const reconnect = () => {
    isLost = false;
    group.join(member);
    throw new BusError('BUS_CONNECTION_LOST', 'The connection to the broker in memory was lost.');
  };
  const toBatch = (taken: Taken): Batch => ({
    deliveries: taken.messages.map(toDelivery),
    settle: async () => {
      if (end(taken, () => taken.settle())) return;
      throw new BusError('BUS_BATCH_LOST', 'The batch ended before it was settled: its subscription was closed, or it was released.');
    },
    release: async () => void end(taken, () => taken.giveBack({ withPause: true })),
  });
  return {
    pull: async ({ max, waitMs, signal }) => {
      for (const endAt = clock.now() + waitMs; ;) {
        if (unsettled !== undefined) throw new BusError('BUS_BATCH_UNSETTLED', `A batch of ${unsettled.messages.length} is not settled.`);
        if (isClosed || signal?.aborted === true) return undefined;
        if (isLost) reconnect();
        unsettled = group.take(member, max);
        if (unsettled !== undefined) return toBatch(unsettled);
        if (clock.now() >= endAt) return undefined;
        await waitForMore(endAt, signal);
      }
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      leave();
    },
    lose: () => {
      if (isClosed || isLost) return;
      leave();
      isLost = true;
    },
  };
}

function toDelivery({ text, partitionKey, position }: StoredMessage): Delivery {
  return { content: parse(text), partitionKey, position: String(position) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
