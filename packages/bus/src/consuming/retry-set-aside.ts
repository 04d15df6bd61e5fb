/** What was set aside, tried again when it is due: the store hands out one entry per key, oldest first. */
import { runWithCause } from '@banyan/contract';
import type { SetAside } from '../consumer-store.ts';
import { report, reportConsumption } from '../report.ts';
import { planAttempt } from '../retry-policy.ts';
import { AttemptFailed, failureOf, runHandler } from './attempt.ts';
import { type ConsumerContext, StoreAway } from './consumer-context.ts';
import { causeOf, measure } from './handle-delivery.ts';
import { toTask } from './task.ts';

/** Tries what is due, `atOnce` keys side by side; false when nothing was. Throws StoreAway. */
export async function retrySetAside<Session>(context: ConsumerContext<Session>, atOnce: number): Promise<boolean> {
  if (!(await retryOne(context))) return false;
  const untilNothingIsDue = async () => {
    while (!context.stopping.aborted && (await retryOne(context)));
  };
  await Promise.all(Array.from({ length: atOnce }, untilNothingIsDue));
  return true;
}

async function retryOne<Session>(context: ConsumerContext<Session>): Promise<boolean> {
  const { store, group, clock, counts } = context;
  const begunAt = clock.now();
  let taken: SetAside | undefined;
  const attempt = async (session: Session, entry: SetAside) => {
    taken = entry;
    counts.inFlight += 1;
    await runEntry(context, session, entry);
  };
  try {
    const result = await store.retryDue(group, attempt);
    if (result === undefined) return false;
    if (result.outcome !== 'handled') await postpone(context, result.entry, result.outcome.failed);
    else recordHandled(context, result.entry, begunAt);
    return true;
  } catch (error) {
    if (context.interrupted.aborted) return false; // stays as it was
    if (taken === undefined || error instanceof StoreAway) throw error instanceof StoreAway ? error : new StoreAway(error);
    await postpone(context, taken, error);
    return true;
  } finally {
    if (taken !== undefined) counts.inFlight -= 1;
  }
}

async function runEntry<Session>(context: ConsumerContext<Session>, session: Session, entry: SetAside): Promise<void> {
  const { generation, attempts, content } = entry;
  const task = toTask(context.handlers, generation, content);
  if (task.kind === 'skip') return;
  if (task.kind === 'unreadable') throw new AttemptFailed({ reason: 'unreadable', error: task.error });
  const { event, handler } = task;
  await runWithCause(causeOf(event), () => runHandler(context, { event, handler, session, attempt: attempts + 1, generation }));
}

async function postpone<Session>(context: ConsumerContext<Session>, entry: SetAside, error: unknown): Promise<void> {
  if (context.interrupted.aborted) return;
  const failure = failureOf(error);
  const attempts = entry.attempts + 1;
  const next = planAttempt(context, { failure, attempts, isSetAside: true });
  const plan = { attempts, error: failure.error };
  const fields = { group: entry.group, type: entry.type, id: entry.eventId, key: entry.partitionKey, ...plan };
  try {
    if (next.kind === 'dead') await context.store.postpone(entry, { ...plan, state: 'dead', reason: next.reason });
    else
      await context.store.postpone(entry, {
        ...plan,
        state: 'deferred',
        dueInMs: next.kind === 'deferred' ? next.dueInMs : next.pauseMs,
      });
  } catch (away) {
    throw new StoreAway(away);
  }
  if (next.kind === 'dead') report('error', 'bus.event.dead', 'An event was given up; its key waits for an operator', fields);
  else report('warn', 'bus.event.deferred', 'An event failed again', fields);
}

function recordHandled<Session>(context: ConsumerContext<Session>, entry: SetAside, begunAt: number): void {
  context.counts.handled += 1;
  const done = { outcome: 'handled' as const, attempts: entry.attempts + 1, type: entry.type, content: entry.content, begunAt };
  reportConsumption(() => measure(context, done));
}
