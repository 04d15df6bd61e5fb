import { expect, test } from 'vitest';
import { defaultRetryPolicy, planAttempt } from './retry-policy.ts';

const failure = { reason: 'failed', error: 'no stock' } as const;
const longest = { policy: defaultRetryPolicy, random: { next: () => 1 - Number.EPSILON } };

test('the default: three attempts on the spot, then delays that double up to five minutes, ten attempts in all', () => {
  const plans = Array.from({ length: 10 }, (_, index) => planAttempt(longest, { failure, attempts: index + 1, isSetAside: false }));
  expect(plans).toEqual([
    { kind: 'again', pauseMs: 50 },
    { kind: 'again', pauseMs: 200 },
    ...[1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000].map((dueInMs) => ({ kind: 'deferred', dueInMs })),
    { kind: 'dead', reason: 'failed' },
  ]);
  const patient = { ...longest, policy: { ...defaultRetryPolicy, attemptsMax: 100 } };
  expect(planAttempt(patient, { failure, attempts: 50, isSetAside: true })).toEqual({ kind: 'deferred', dueInMs: 300_000 });
});

test('jitter takes up to half off', () => {
  const soonest = { ...longest, random: { next: () => 0 } };
  expect(planAttempt(soonest, { failure, attempts: 3, isSetAside: false })).toEqual({ kind: 'deferred', dueInMs: 500 });
});

test('what is set aside is not tried again on the spot', () => {
  expect(planAttempt(longest, { failure, attempts: 1, isSetAside: true })).toEqual({ kind: 'deferred', dueInMs: 1_000 });
});

test('a handler that asks for time gets it, but not for ever; one that refuses is not asked again', () => {
  const later = { reason: 'later', error: 'not open yet', afterMs: 7_000 } as const;
  expect(planAttempt(longest, { failure: later, attempts: 9, isSetAside: false })).toEqual({ kind: 'deferred', dueInMs: 7_000 });
  expect(planAttempt(longest, { failure: later, attempts: 10, isSetAside: true })).toEqual({ kind: 'dead', reason: 'failed' });
  for (const reason of ['refused', 'unreadable'] as const) {
    expect(planAttempt(longest, { failure: { reason, error: 'never' }, attempts: 1, isSetAside: false })).toEqual({ kind: 'dead', reason });
  }
});
