/** One delivery, until it is done with: handled, or kept as set aside. */
import { type Cause, type EventEnvelope, runWithCause } from '@banyan/contract';
import type { NewSetAside } from '../consumer-store.ts';
import { crashPoint } from '../crash-points.ts';
import { type ConsumptionReport, report, reportConsumption } from '../report.ts';
import { type Failure, planAttempt } from '../retry-policy.ts';
import { failureOf, runHandler } from './attempt.ts';
import { type ConsumerContext, StoreAway } from './consumer-context.ts';
import type { Identity } from './identify.ts';
import { type Task, toTask } from './task.ts';

type Handling<Session> = Extract<Task<Session>, { readonly kind: 'handle' }>;

export interface IncomingEvent {
  readonly identity: Identity;
  readonly content: unknown;
}

/** Throws StoreAway, or the reason of the interruption: then nothing is known to be done and the event must come again. */
export async function handleDelivery<Session>(context: ConsumerContext<Session>, { identity, content }: IncomingEvent): Promise<void> {
  const begunAt = context.clock.now();
  const task = toTask(context.handlers, context.generation, content);
  if (task.kind === 'skip') return;
  const work = { context, identity, content };
  const done = task.kind === 'unreadable' ? await setAsideUnreadable(work, task.error) : await attemptUntilDone(work, task);
  context.counts[done.outcome === 'handled' ? 'handled' : 'setAside'] += done.outcome === 'duplicate' ? 0 : 1;
  reportConsumption(() => measure(context, { ...done, type: identity.type, content, begunAt }));
}

interface Work<Session> extends IncomingEvent {
  readonly context: ConsumerContext<Session>;
}

type Done = Pick<ConsumptionReport, 'outcome' | 'attempts'>;

async function setAsideUnreadable<Session>(work: Work<Session>, error: string): Promise<Done> {
  const kept = await setAside(work, { state: 'dead', attempts: 0, reason: 'unreadable', error });
  return { outcome: kept === 'duplicate' ? 'duplicate' : 'dead', attempts: 0 };
}

async function attemptUntilDone<Session>(work: Work<Session>, task: Handling<Session>): Promise<Done> {
  const { context } = work;
  for (let attempts = 1; ;) {
    const result = await attempt(work, task, attempts);
    if (result === 'handled' || result === 'duplicate') return { outcome: result, attempts };
    if (result === 'blocked') {
      const kept = await setAside(work, {
        state: 'waiting',
        attempts: 0,
        reason: 'behind',
        error: 'An earlier event of its key is set aside.',
      });
      if (kept !== 'clear') return { outcome: kept === 'duplicate' ? 'duplicate' : 'waiting', attempts: 0 };
      continue;
    }
    const next = planAttempt(context, { failure: result, attempts, isSetAside: false });
    if (next.kind !== 'again') return setAsideFailed(work, { next, failure: result, attempts });
    await context.clock.wait(next.pauseMs, context.interrupted);
    attempts += 1;
  }
}

async function attempt<Session>(
  { context, identity }: Work<Session>,
  { event, handler }: Handling<Session>,
  number: number,
): Promise<'handled' | 'duplicate' | 'blocked' | Failure> {
  let hasBegun = false;
  try {
    context.interrupted.throwIfAborted();
    return await runWithCause(causeOf(event), () =>
      context.store.handle(identity, (session) => {
        hasBegun = true;
        return runHandler(context, { event, handler, session, attempt: number, generation: identity.generation });
      }),
    );
  } catch (error) {
    context.interrupted.throwIfAborted();
    if (!hasBegun) throw new StoreAway(error);
    return failureOf(error);
  }
}

async function setAsideFailed<Session>(
  work: Work<Session>,
  failed: {
    readonly next: Exclude<ReturnType<typeof planAttempt>, { kind: 'again' }>;
    readonly failure: Failure;
    readonly attempts: number;
  },
): Promise<Done> {
  const { next, failure, attempts } = failed;
  const about = { attempts, error: failure.error };
  const kept =
    next.kind === 'dead'
      ? await setAside(work, { ...about, state: 'dead', reason: next.reason })
      : await setAside(work, { ...about, state: 'deferred', reason: 'failed', dueInMs: next.dueInMs });
  return { outcome: kept === 'duplicate' ? 'duplicate' : next.kind, attempts };
}

async function setAside<Session>(
  { context, identity, content }: Work<Session>,
  entry: Pick<NewSetAside, 'state' | 'attempts' | 'dueInMs' | 'reason' | 'error'>,
): Promise<'set-aside' | 'duplicate' | 'clear'> {
  const kept = await context.store.setAside({ ...identity, content, ...entry }).catch((error: unknown) => {
    throw new StoreAway(error);
  });
  if (kept !== 'set-aside') return kept;
  crashPoint('bus.after-set-aside');
  const { group, type, eventId, partitionKey } = identity;
  const fields = { group, type, id: eventId, key: partitionKey, ...entry };
  if (entry.state === 'dead') report('error', 'bus.event.dead', 'An event was given up; its key waits for an operator', fields);
  else report(entry.state === 'waiting' ? 'debug' : 'warn', `bus.event.${entry.state}`, 'An event was set aside', fields);
  return kept;
}

export function causeOf(event: EventEnvelope): Cause {
  const { traceparent } = event;
  return { correlationId: event.correlationid, eventId: event.id, ...(traceparent === undefined ? {} : { traceparent }) };
}

export function measure<Session>(
  { group, clock }: ConsumerContext<Session>,
  done: Done & { readonly type: string; readonly content: unknown; readonly begunAt: number },
): ConsumptionReport {
  const now = clock.now();
  const happenedAt = Date.parse(String((done.content as { time?: unknown } | null)?.time));
  return {
    group,
    type: done.type,
    outcome: done.outcome,
    attempts: done.attempts,
    durationMs: now - done.begunAt,
    ...(Number.isNaN(happenedAt) ? {} : { lagMs: now - happenedAt }),
  };
}
