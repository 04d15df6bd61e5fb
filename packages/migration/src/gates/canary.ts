/** The canary's gate: the service's errors and latency beside the owner's, once both have answered enough. */

import type { Gate, GateFacts, TrafficFact } from '../gate-facts.ts';
import type { PlannedExtraction } from '../plan.ts';

/** Standard deviations: one false alarm in 100,000 looks, because a gate is looked at again and again while it waits. */
const confidence = 4.4;

/**
 * Few requests wait, and so do errors that chance alone explains: it fails when the lower end of the Wilson score interval
 * (E. B. Wilson, 1927) of the rate of errors that the owner does not answer as well lies above what is allowed.
 */
export function canaryGate(extraction: PlannedExtraction, facts: GateFacts): Gate {
  const service = facts.service ?? { requests: 0, errors: 0 };
  const owner = facts.owner ?? { requests: 0, errors: 0 };
  const needed = extraction.gates.canaryRequests;
  const errorLimit = extraction.gates.canaryErrorPercent;
  const latencyLimit =
    owner.p99Ms === undefined ? undefined : owner.p99Ms * extraction.gates.canaryLatencyFactor + extraction.gates.canaryLatencySlackMs;
  const hasErrors = lowestErrorPercent(service) > errorLimit;
  const mayHaveErrors = errorPercent(service) > errorLimit;
  const isSlow = latencyLimit !== undefined && service.p99Ms !== undefined && service.p99Ms > latencyLimit;
  const isThin = service.requests < needed;
  return {
    name: 'canary',
    status: isThin ? 'wait' : hasErrors ? 'fail' : mayHaveErrors || isSlow ? 'wait' : 'pass',
    isHard: false,
    message: isThin
      ? `${service.requests} of ${needed} requests answered by the service.`
      : comparison(service, owner, errorLimit, latencyLimit),
    numbers: {
      requests: service.requests,
      needed,
      errorPercent: round(errorPercent(service)),
      errorLimitPercent: round(errorLimit),
      ...(service.p99Ms === undefined ? {} : { p99Ms: round(service.p99Ms) }),
      ...(owner.p99Ms === undefined ? {} : { ownerP99Ms: round(owner.p99Ms) }),
      ...(latencyLimit === undefined ? {} : { p99LimitMs: round(latencyLimit) }),
    },
    samples: [],
  };
}

function comparison(service: TrafficFact, owner: TrafficFact, errorLimit: number, latencyLimit: number | undefined): string {
  const errors = `${round(errorPercent(service))} % errors of its own in ${service.requests} answers (limit ${round(errorLimit)} %)`;
  if (service.p99Ms === undefined || latencyLimit === undefined) return `${errors}; no latency of both sides in the last window.`;
  return `${errors}; p99 ${round(service.p99Ms)} ms beside ${round(owner.p99Ms ?? 0)} ms (limit ${round(latencyLimit)} ms).`;
}

function errorPercent(it: TrafficFact): number {
  return it.requests === 0 ? 0 : (it.errors / it.requests) * 100;
}

function lowestErrorPercent({ requests, errors }: TrafficFact): number {
  if (requests === 0) return 0;
  const rate = errors / requests;
  const square = confidence ** 2;
  const margin = confidence * Math.sqrt((rate * (1 - rate)) / requests + square / (4 * requests ** 2));
  return ((rate + square / (2 * requests) - margin) / (1 + square / requests)) * 100;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
