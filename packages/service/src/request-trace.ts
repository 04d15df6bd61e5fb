/** Puts what a request does into the trace of its caller. */
import { runWithCause } from '@banyan/contract';
import { runInTrace, traceFromHeaders, type TraceHeaders, traceHeaders } from '@banyan/telemetry';

/** Runs the work, and everything it awaits, inside the trace that the headers continue or begin; events that it publishes carry its correlation id. */
export function runInRequest<Result>(headers: TraceHeaders, work: () => Result): Result {
  const trace = traceFromHeaders(headers);
  return runInTrace(trace, () => {
    const { traceparent } = traceHeaders();
    return runWithCause({ correlationId: trace.correlationId, ...(traceparent === undefined ? {} : { traceparent }) }, work);
  });
}
