/** One attempt at one event: its handler, within its time, in the transaction of the store. */
import type { EventEnvelope } from '@banyan/contract';
import { crashPoint } from '../crash-points.ts';
import { BusError } from '../errors.ts';
import type { EventHandler, Outcome } from '../handler.ts';
import { report } from '../report.ts';
import type { Failure } from '../retry-policy.ts';
import { type ConsumerContext, messageOf } from './consumer-context.ts';
import { storableText } from './identify.ts';

/** Rolls the transaction back for an outcome that is expected, but not `done`. */
export class AttemptFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.error);
    this.name = 'AttemptFailed';
    this.failure = failure;
  }
}

export interface HandlerRun<Session> {
  readonly event: EventEnvelope<never>;
  readonly handler: EventHandler<Session>;
  readonly session: Session;
  readonly attempt: number;
  readonly generation: number;
}

/** Resolves when the handler is done; throws whatever else it came to. */
export async function runHandler<Session>(context: ConsumerContext<Session>, run: HandlerRun<Session>): Promise<void> {
  crashPoint('bus.before-handle');
  const outcome = await withinLimits(context, run.event, async (signal) => {
    const { session, attempt, generation } = run;
    return run.handler.handle(run.event, { session, attempt, generation, signal });
  });
  crashPoint('bus.after-handle');
  throwUnlessDone(outcome ?? undefined);
}

/** Thirty days: no database has to keep an absurd date. */
const longestDelayMs = 2_592_000_000;

function throwUnlessDone(outcome: Outcome | undefined): void {
  if (outcome?.kind === 'dead-letter') throw new AttemptFailed({ reason: 'refused', error: outcome.reason });
  if (outcome?.kind !== 'retry') return;
  const { afterMs, reason } = outcome;
  if (!(afterMs >= 0)) throw new AttemptFailed({ reason: 'failed', error: `retry() was given ${afterMs} for a time: ${reason}` });
  throw new AttemptFailed({ reason: 'later', error: reason, afterMs: Math.min(afterMs, longestDelayMs) });
}

export function failureOf(error: unknown): Failure {
  const failure: Failure = error instanceof AttemptFailed ? error.failure : { reason: 'failed', error: messageOf(error) };
  return { ...failure, error: storableText(failure.error, 1_000) };
}

/** Given as a reason, it spares making an error with its stack for every event. */
const withoutReason = 'ended';

/** A handler that heeds neither its time nor its signal is left alone: its transaction is rolled back without it. */
async function withinLimits<Result>(
  context: Pick<ConsumerContext<never>, 'clock' | 'attemptTimeoutMs' | 'running' | 'interrupted' | 'group'>,
  event: EventEnvelope,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const { clock, attemptTimeoutMs, running, interrupted } = context;
  interrupted.throwIfAborted();
  const attempt = new AbortController();
  const ended = new AbortController();
  const { promise: cut, reject } = Promise.withResolvers<never>();
  attempt.signal.addEventListener('abort', () => reject(attempt.signal.reason as Error), { once: true });
  running.add(attempt);
  void clock.wait(attemptTimeoutMs, ended.signal).then(() => {
    if (!ended.signal.aborted) attempt.abort(timeout(event, attemptTimeoutMs));
  });
  try {
    const result = work(attempt.signal);
    result.catch((error: unknown) => reportLate(attempt.signal, context.group, event, error));
    return await Promise.race([result, cut]);
  } finally {
    ended.abort(withoutReason);
    running.delete(attempt);
  }
}

function timeout(event: EventEnvelope, limitMs: number): BusError {
  return new BusError('BUS_HANDLER_TIMEOUT', `The handler of "${event.type}" was not done with ${event.id} after ${limitMs} ms.`);
}

/** Nobody waits for this error any more, and it may explain the timeout. */
function reportLate(signal: AbortSignal, group: string, event: EventEnvelope, error: unknown): void {
  if (!signal.aborted) return;
  const fields = { group, type: event.type, id: event.id, error: messageOf(error) };
  report('warn', 'bus.handler.late', 'A handler failed after its time was over', fields);
}
