/** What the work at hand follows from: carried along asynchronous calls, from a request or an event to the events it publishes. */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Cause {
  /** The same for everything that follows from one request. */
  readonly correlationId: string;
  /** The event that is being handled; absent for a request. */
  readonly eventId?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
}

const causes = new AsyncLocalStorage<Cause>();

/** Everything that `work` does, also later in its promises, has this cause. */
export function runWithCause<Result>(cause: Cause, work: () => Result): Result {
  return causes.run(cause, work);
}

export function currentCause(): Cause | undefined {
  return causes.getStore();
}
