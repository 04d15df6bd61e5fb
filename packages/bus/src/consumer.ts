/** The consumer: pulls events, has each handled once and in the order of its key, keeps what could not be, and stops without losing any. */
import { systemClock, systemRandom } from './clock.ts';
import { type ConsumerLimits, type ConsumerOptions, defaultConsumerLimits } from './consumer-options.ts';
import { type ConsumerContext, messageOf } from './consuming/consumer-context.ts';
import { checkConsumer } from './consuming/check-consumer.ts';
import { handleBatch } from './consuming/handle-batch.ts';
import { retrySetAside } from './consuming/retry-set-aside.ts';
import { untilStopped } from './consuming/until-stopped.ts';
import { crashPoint } from './crash-points.ts';
import type { DriverSubscription } from './driver.ts';
import { BusError } from './errors.ts';
import { report } from './report.ts';
import { defaultRetryPolicy, withJitter } from './retry-policy.ts';

export interface Consumer {
  status(): ConsumerStatus;
  /**
   * Takes nothing new, finishes the batch in hand and settles it. What is not finished within the time (default 10,000 ms) is aborted and comes again;
   * the answer is then false. Idempotent.
   */
  stop(options?: { readonly withinMs?: number }): Promise<boolean>;
}

export interface ConsumerStatus {
  readonly group: string;
  readonly state: 'running' | 'stopping' | 'stopped';
  /** Events of the batch in hand, and retries, that run right now. */
  readonly inFlight: number;
  /** Since the start, by this instance. */
  readonly handled: number;
  readonly setAside: number;
  /** Pulls that found the broker empty and no batch in hand. */
  readonly emptyPulls: number;
}

/**
 * Joins the group and consumes until stop(). Each event takes effect once, in the order of its key. One that fails is tried again on the spot, then set
 * aside with growing delays, then dead; later events of its key wait behind it, other keys flow. Events that cannot be read are dead at once.
 * While broker or store are away it pauses and holds nothing against any event. Throws BUS_CONSUMER_INVALID, BUS_REPLAY_UNSUPPORTED, and what subscribe() throws.
 */
export async function consume<Session>(options: ConsumerOptions<Session>): Promise<Consumer> {
  const { driver, group, generation = 0, from } = options;
  checkConsumer(options);
  const limits = { ...defaultConsumerLimits, ...options.limits };
  const stopping = new AbortController();
  const interrupted = new AbortController();
  const context = toContext(options, { limits, stopping: stopping.signal, interrupted: interrupted.signal });
  const types = [...context.handlers.keys()];
  const isReplay = generation > 0;
  const subscription = await driver.subscribe({
    // A replay reads from the beginning what the group has read already: to the broker it is a group of its own.
    group: isReplay ? `${group}-replay-${generation}` : group,
    types,
    ...(isReplay ? { from: 'beginning' } : from === undefined ? {} : { from }),
  });
  report('info', 'bus.consumer.started', 'The consumer has joined its group', { group, generation, types });
  const loops = Promise.all([
    untilStopped(context, 'consumer', () => consumeBatch(context, subscription, limits)),
    untilStopped(context, 'retries', () => retryDue(context, limits)),
    untilStopped(context, 'inbox', () => forgetHandled(context, limits)),
  ]);
  return toConsumer({ context, subscription, loops, stopping, interrupted });
}

function toContext<Session>(
  { group, store, handlers, generation = 0, retry, clock = systemClock, random = systemRandom }: ConsumerOptions<Session>,
  given: { readonly limits: ConsumerLimits; readonly stopping: AbortSignal; readonly interrupted: AbortSignal },
): ConsumerContext<Session> {
  return {
    group,
    generation,
    store,
    handlers: new Map(handlers.map((handler) => [handler.contract.type, handler])),
    policy: { ...defaultRetryPolicy, ...retry },
    attemptTimeoutMs: given.limits.attemptTimeoutMs,
    clock,
    random,
    stopping: given.stopping,
    interrupted: given.interrupted,
    running: new Set(),
    counts: { inFlight: 0, handled: 0, setAside: 0, emptyPulls: 0 },
  };
}

/** A subscription that was closed under the consumer answers at once: asking on without a pause would keep the program from everything else. */
const earlyPauseMs = 100;

async function consumeBatch<Session>(
  context: ConsumerContext<Session>,
  subscription: DriverSubscription,
  limits: ConsumerLimits,
): Promise<void> {
  const { clock, stopping, counts } = context;
  const begunAt = clock.now();
  const batch = await subscription.pull({ max: limits.batchMax, waitMs: limits.pullWaitMs, signal: stopping });
  if (batch === undefined) {
    counts.emptyPulls += 1;
    if (clock.now() - begunAt < limits.pullWaitMs / 2) await clock.wait(earlyPauseMs, stopping);
    return;
  }
  try {
    await handleBatch(context, batch.deliveries, limits.keysAtOnce);
  } catch (error) {
    await batch.release().catch((lost: unknown) => {
      report('debug', 'bus.batch.lost', 'A batch could not be given back; it comes again all the same', {
        group: context.group,
        error: messageOf(lost),
      });
    });
    throw error;
  }
  crashPoint('bus.before-settle');
  await batch.settle();
  crashPoint('bus.after-settle');
}

async function retryDue<Session>(context: ConsumerContext<Session>, { retriesAtOnce, retryPollMs }: ConsumerLimits): Promise<void> {
  if (!(await retrySetAside(context, retriesAtOnce))) await context.clock.wait(retryPollMs, context.stopping);
}

/** Waits first, each instance its own time: instances that start together do not all begin with a large delete. */
async function forgetHandled<Session>(context: ConsumerContext<Session>, { rememberMs, forgetEveryMs }: ConsumerLimits): Promise<void> {
  const { clock, random, stopping, store } = context;
  await clock.wait(withJitter(forgetEveryMs, random), stopping);
  while (!stopping.aborted && (await store.prune(rememberMs)) > 0);
}

interface Running<Session> {
  readonly context: ConsumerContext<Session>;
  readonly subscription: DriverSubscription;
  readonly loops: Promise<unknown>;
  readonly stopping: AbortController;
  readonly interrupted: AbortController;
}

function toConsumer<Session>(running: Running<Session>): Consumer {
  const { context, stopping } = running;
  let state: ConsumerStatus['state'] = 'running';
  let stopped: Promise<boolean> | undefined;
  return {
    status: () => ({ group: context.group, state, ...context.counts }),
    stop: ({ withinMs = 10_000 } = {}) => {
      if (stopped !== undefined) return stopped;
      state = 'stopping';
      stopping.abort();
      stopped = drain(running, withinMs).finally(() => (state = 'stopped'));
      return stopped;
    },
  };
}

/** Rolling back and giving back take a moment, and a store that is away could take for ever. */
const interruptionMs = 1_000;

async function drain<Session>({ context, subscription, loops, interrupted }: Running<Session>, withinMs: number): Promise<boolean> {
  const { clock, group, running } = context;
  const done = new AbortController();
  const ended = loops.then(() => done.abort());
  await Promise.race([ended, clock.wait(withinMs, done.signal)]);
  const drained = done.signal.aborted;
  if (!drained) {
    const reason = new BusError('BUS_INTERRUPTED', `Consumer "${group}" was to stop within ${withinMs} ms.`);
    interrupted.abort(reason);
    for (const attempt of running) attempt.abort(reason);
    await Promise.race([ended, clock.wait(interruptionMs, done.signal)]);
  }
  await subscription.close();
  report(drained ? 'info' : 'warn', 'bus.consumer.stopped', drained ? 'The consumer has left its group' : 'The consumer was cut short', {
    group,
  });
  return drained;
}
