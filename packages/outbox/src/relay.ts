/** Brings committed events from the outbox to the broker: one relay per database at work, the others ready to take over. */
import { type BusDriver, type Clock, type Random, systemClock, systemRandom } from '@banyan/bus';
import type { Pool } from 'pg';
import { crashPoint } from './crash-points.ts';
import { OutboxError } from './errors.ts';
import { type BatchLimits, openRelaySession, type RelaySession, type TakenRow } from './relaying/session.ts';
import { createLatch, listenForWakeUps } from './relaying/wake-up.ts';
import { report, reportLag } from './report.ts';

export type { BatchLimits, RelaySession, TakenRow } from './relaying/session.ts';

export interface RelayOptions {
  /**
   * Where the outbox is. A pool gives one connection for as long as the relay runs; neither may go through a pooler that shares sessions.
   * `open` is for an outbox that is not in PostgreSQL: a simulation's.
   */
  readonly database: { readonly url: string } | { readonly pool: Pool } | { readonly open: (wake: () => void) => Promise<RelaySession> };
  readonly driver: Pick<BusDriver, 'publish'>;
  /** Events published at once. Default 500. */
  readonly batchSize?: number;
  /** Bytes of envelopes published at once, one event at least; as many again are in hand while there is a backlog. Default 8 MiB. */
  readonly batchBytesMax?: number;
  /** How often it looks without being woken, and how often it tries to take over. Default 250. */
  readonly pollMs?: number;
  /** How long the broker may take for a batch. Default 30,000. */
  readonly publishTimeoutMs?: number;
  /** Pauses while the broker or the database is away: the first, doubled up to the longest. Default 100 and 5,000. */
  readonly pausesMs?: { readonly first: number; readonly longest: number };
  /** How long stop() goes on publishing what is there. Default 5,000. */
  readonly drainMs?: number;
  /** How often the lag is measured and reported. Default 5,000. */
  readonly lagReportMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface Relay {
  /** Returns at once; faults of broker and database are reported and waited out. */
  start(): void;
  /** Publishes what is committed, within its limit, and lets another relay take over. What is left stays in the table. Idempotent. */
  stop(): Promise<void>;
  /** True while this relay is the one at work. */
  readonly isLeading: boolean;
}

/**
 * Takes rows in the order of their position, publishes them as a batch, deletes them. There is no cursor: a transaction that commits late is never
 * passed over. While the broker takes a full batch the next one is taken from the table, two batches at most are in hand. At least once: a relay that dies between publishing and deleting leaves rows that its successor publishes again, with the same ids.
 * Throws OUTBOX_OPTION_INVALID.
 */
export function createRelay(options: RelayOptions): Relay {
  const limits = withDefaults(options);
  const latch = createLatch(limits.clock);
  const stopping = new AbortController();
  const given = new AbortController();
  let leads: string | undefined;
  let running: Promise<void> | undefined;
  const lead = (database: string | undefined) => (leads = database);
  return {
    start: () => {
      running ??= runRelay({ ...limits, latch, stopping: stopping.signal, givenUp: given.signal, lead });
    },
    stop: async () => {
      const drained = new AbortController();
      void limits.clock.wait(limits.drainMs, drained.signal).then(() => given.abort());
      stopping.abort();
      latch.wake();
      await running;
      drained.abort();
    },
    get isLeading() {
      return leads !== undefined;
    },
  };
}

type Limits = Required<RelayOptions>;

function withDefaults(options: RelayOptions): Limits {
  const limits = {
    batchSize: 500,
    batchBytesMax: 8 * 1024 * 1024,
    pollMs: 250,
    publishTimeoutMs: 30_000,
    pausesMs: { first: 100, longest: 5_000 },
    drainMs: 5_000,
    lagReportMs: 5_000,
    clock: systemClock,
    random: systemRandom,
    ...options,
  };
  for (const name of ['batchSize', 'batchBytesMax', 'pollMs', 'publishTimeoutMs', 'lagReportMs'] as const) {
    if (!(limits[name] >= 1)) throw new OutboxError('OUTBOX_OPTION_INVALID', `${name} is ${limits[name]}, and has to be 1 or more.`);
  }
  return limits;
}

interface Running extends Limits {
  readonly latch: ReturnType<typeof createLatch>;
  readonly stopping: AbortSignal;
  /** Aborted when the time to drain is over. */
  readonly givenUp: AbortSignal;
  lead(database: string | undefined): void;
}

async function runRelay(running: Running): Promise<void> {
  for (let failures = 0; !running.stopping.aborted;) {
    try {
      await using session = await openSession(running);
      failures = 0;
      while (!running.stopping.aborted && !(await session.takeLead())) await running.clock.wait(running.pollMs, running.stopping);
      if (running.stopping.aborted) return;
      await runLeading(session, running);
    } catch (error) {
      failures += 1;
      report('warn', 'outbox.relay.interrupted', 'The relay lost its database and tries again', {
        reason: (error as Error).message,
        failures,
      });
      await running.clock.wait(pauseAfter(failures, running), running.stopping);
    }
  }
}

function openSession({ database, latch }: Running): Promise<RelaySession> {
  return 'open' in database ? database.open(latch.wake) : openRelaySession(database, latch.wake);
}

async function runLeading(session: RelaySession, running: Running): Promise<void> {
  const { database } = session;
  const stopListening = listenForWakeUps({ database, wake: running.latch.wake });
  running.lead(database);
  report('info', 'outbox.relay.leading', 'This relay publishes the events of the database', { database });
  try {
    await relay(session, running);
  } finally {
    stopListening();
    running.lead(undefined);
  }
}

/** Ends when the relay is stopped and has drained; throws when the connection is lost. */
async function relay(session: RelaySession, running: Running): Promise<void> {
  /** At the broker, and not yet deleted. */
  let published: readonly TakenRow[] = [];
  let ahead: readonly TakenRow[] = [];
  let failures = 0;
  let reportedAt = -Infinity;
  for (;;) {
    if (running.clock.now() - reportedAt >= running.lagReportMs) {
      reportLag(await session.lag());
      reportedAt = running.clock.now();
    }
    running.latch.reset();
    // Smaller after each failure: what goes gets through, and an event that the broker never takes is found and named.
    const limits = { ...running, batchSize: Math.max(1, Math.floor(running.batchSize / 2 ** failures)) };
    let batch = running.givenUp.aborted ? [] : ahead;
    if (batch.length === 0) {
      batch = await session.next(published, limits);
      if (published.length > 0) crashPoint('relay.deleted');
      published = [];
    }
    if (running.givenUp.aborted || (batch.length === 0 && running.stopping.aborted)) return;
    if (batch.length === 0) {
      await running.latch.wait(running.pollMs);
      continue;
    }
    crashPoint('relay.taken');
    const done = await publishAndLookAhead(session, { batch, published, limits, failures }, running);
    ({ published, ahead } = done);
    failures = done.isPublished ? 0 : failures + 1;
    if (failures > 0) await running.clock.wait(pauseAfter(failures, running), running.givenUp);
    else crashPoint('relay.published');
  }
}

interface InHand {
  readonly batch: readonly TakenRow[];
  readonly published: readonly TakenRow[];
  readonly limits: BatchLimits;
  readonly failures: number;
}

interface Done {
  readonly isPublished: boolean;
  readonly published: readonly TakenRow[];
  /** The batch that comes next; empty when nobody looked, or what was found must not come before what could not be published. */
  readonly ahead: readonly TakenRow[];
}

/** A full batch has more behind it: that is taken, and what was published before is deleted, while the broker is at work. */
async function publishAndLookAhead(session: RelaySession, inHand: InHand, running: Running): Promise<Done> {
  const { batch, published, limits, failures } = inHand;
  if (failures > 0 || batch.length < limits.batchSize) {
    const went = await isPublished(batch, failures, running);
    return { isPublished: went, published: went ? [...published, ...batch] : published, ahead: [] };
  }
  const looking = session.next(published, limits, batch);
  looking.catch(() => {}); // the broker is waited for first, the failure told after it
  const went = await isPublished(batch, failures, running);
  const found = await looking;
  if (published.length > 0) crashPoint('relay.deleted');
  return went ? { isPublished: true, published: batch, ahead: found } : { isPublished: false, published: [], ahead: [] };
}

async function isPublished(batch: readonly TakenRow[], failures: number, running: Running): Promise<boolean> {
  const { clock, publishTimeoutMs } = running;
  const ended = new AbortController();
  const late = new AbortController();
  void clock.wait(publishTimeoutMs, ended.signal).then(() => {
    if (!ended.signal.aborted) late.abort(new Error(`It took longer than ${publishTimeoutMs} ms.`));
  });
  try {
    const signal = AbortSignal.any([running.givenUp, late.signal]);
    await running.driver.publish(
      batch.map(({ event }) => event),
      { signal },
    );
    if (failures > 0) report('info', 'outbox.broker.back', 'The broker takes events again', { failures });
    return true;
  } catch (error) {
    const fields = { reason: (error as Error).message, failures: failures + 1, firstEvent: batch[0]?.event.id };
    report(failures === 0 ? 'warn' : 'debug', 'outbox.broker.away', 'The broker did not take events; they stay in the outbox', fields);
    return false;
  } finally {
    ended.abort(withoutReason);
  }
}

/** Given as a reason, it spares making an error with its stack for every batch. */
const withoutReason = 'ended';

function pauseAfter(failures: number, { pausesMs, random }: Limits): number {
  const longest = Math.min(pausesMs.longest, pausesMs.first * 2 ** Math.min(failures - 1, 30));
  return longest * (0.5 + random.next() / 2);
}
