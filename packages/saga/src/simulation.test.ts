import { propertyOptions } from '@banyan/proof/property-options';
import { array, asyncProperty, assert, check, constantFrom, integer, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBreaches } from './testing/check-history.ts';
import { type Planted, type Scenario, simulate } from './testing/simulation.ts';

const scenario = record<Scenario>({
  seed: integer({ min: 1, max: 2 ** 31 }),
  steps: array(constantFrom('local' as const, 'call' as const, 'call' as const, 'wait' as const), { minLength: 1, maxLength: 5 }),
  pivotAfter: integer({ min: 1, max: 8 }),
  sagas: integer({ min: 1, max: 4 }),
  deaths: array(integer({ min: 0, max: 12 }), { maxLength: 3 }),
  trouble: constantFrom(0, 10, 30, 60),
});

const property = (planted: Planted = {}) =>
  asyncProperty(scenario, async (it) => {
    const breaches = findBreaches(await simulate(it, planted));
    if (breaches.length > 0) throw new Error(breaches.join('; '));
  });

describe('sagas among processes that die, hang and lose messages', () => {
  it('all end, whole or undone, in reverse order, each effect once', async () => {
    await expect(assert(property(), propertyOptions(500))).resolves.toBeUndefined(); // a nightly run sets tens of thousands
  }, 300_000);

  it('happen again exactly with the same seed', async () => {
    const one: Scenario = { seed: 7, steps: ['local', 'call', 'wait', 'call'], pivotAfter: 8, sagas: 3, deaths: [1, 3], trouble: 30 };
    expect(await simulate(one)).toEqual(await simulate(one));
  });

  it.for<[string, Planted, RegExp]>([
    ['arms the undo after the action', { armsAfterAction: true }, /began before its undo was recorded/],
    ['arms the undo after the action, by what is left of it', { armsAfterAction: true, isSilent: true }, /left the effect of/],
    ['has participants without a fence', { noFence: true }, /left the effect of|undid .* before its action|acted twice/],
    ['drops events that come before the wait', { dropsEarlyEvents: true }, /missed the event/],
  ])('are found out when the engine %s', { timeout: 300_000 }, async ([, bug, breach], { expect }) => {
    const found = await check(property(bug), { numRuns: 400, seed: 14, endOnFailure: true });
    expect(String((found.errorInstance as Error | null)?.message)).toMatch(breach);
  });
});
