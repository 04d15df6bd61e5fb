// Random failures, kills, lost connections and doubled events, two instances at a time: every effect once, in the order of its key, nothing lost.
import { createRandom } from '@banyan/proof/seeded-random';
import { propertyOptions } from '@banyan/proof/property-options';
import { type Arbitrary, array, assert, asyncProperty, constantFrom, integer, oneof, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Clock } from './clock.ts';
import type { TestEvent } from './conformance/events.ts';
import type { DeadLetters } from './consumer-store.ts';
import { consume } from './consumer.ts';
import { crashPoints } from './crash-points.ts';
import type { BusDriver } from './driver.ts';
import { createMemoryBroker } from './memory-broker.ts';
import { createMemoryConsumerStore, createMemoryDatabase } from './memory-consumer-store.ts';
import { createChaos } from './testing/chaos.ts';
import { findProblems } from './testing/check-consumption.ts';
import { forgetWhatWasHandled, overtakeWhatFailed, settleBeforeHandling } from './testing/naive-consumers.ts';
import { type AttemptPlan, createShop, type Shop } from './testing/shop.ts';
import { createVirtualClock } from './virtual-clock.ts';

const rate = constantFrom(0, 0, 0.05, 0.3);
const outcome = constantFrom<AttemptPlan>('done', 'throw', 'throw', 'later', 'hang');
const scenarios = record({
  seed: integer(),
  events: array(
    record({
      key: integer({ min: 0, max: 3 }),
      /** What its attempts come to, and what the last one comes to for ever. */
      outcomes: oneof(
        { weight: 2, arbitrary: constantFrom<AttemptPlan[]>([]) },
        { weight: 1, arbitrary: array(outcome, { maxLength: 14 }) },
      ),
      end: constantFrom<AttemptPlan>('done', 'done', 'done', 'done', 'done', 'done', 'throw', 'refuse'),
      isPublishedTwice: constantFrom(false, false, true),
    }),
    { minLength: 1, maxLength: 30, size: 'max' },
  ),
  batchMax: integer({ min: 1, max: 10 }),
  busFaults: record({ duplicate: rate, delay: rate, drop: rate }),
  storeFaults: record({ away: rate, unknownCommit: rate, delay: rate }),
  deaths: array(record({ point: constantFrom(...crashPoints), times: integer({ min: 1, max: 6 }) }), { maxLength: 4 }),
  disconnects: array(integer({ min: 0, max: 10_000 }), { maxLength: 6 }),
});
interface System {
  readonly clock: Clock;
  readonly driver: BusDriver;
  readonly store: ReturnType<typeof createMemoryConsumerStore>;
  readonly shop: Shop;
}

type Drawn = typeof scenarios extends Arbitrary<infer Value> ? Value : never;
type Scenario = Omit<Drawn, 'busFaults' | 'storeFaults'> & {
  readonly busFaults: Partial<Drawn['busFaults']>;
  readonly storeFaults: Partial<Drawn['storeFaults']>;
};

describe('two instances among faults', () => {
  test('handle every event once, in the order of its key, and lose nothing; redriven, everything has its effect', async () => {
    const seen = { deaths: 0, deferred: 0, dead: 0 };
    const property = asyncProperty(scenarios, async (scenario) => {
      const clock = createVirtualClock();
      await clock.run(playScenario(clock, scenario, seen));
    });
    await assert(property, propertyOptions(60));
    for (const [what, count] of Object.entries(seen)) expect(count, `runs in which something was ${what}`).toBeGreaterThan(0);
  }, 300_000);
});

describe('killed at its crash points', () => {
  test.each(crashPoints)('%s: another instance goes on, and nothing is lost or doubled', async (point) => {
    const seen = { deaths: 0, deferred: 0, dead: 0 };
    const plans: readonly AttemptPlan[][] = [[], ['throw'], ['throw', 'throw', 'throw'], ['later'], ['refuse'], [], []];
    const events = plans.flatMap((outcomes) => [0, 1, 2].map((key) => ({ key, outcomes, end: 'done' as const, isPublishedTwice: false })));
    const noFaults = { seed: 1, busFaults: {}, storeFaults: {}, disconnects: [] };
    const deaths = [1, 1, 1].map((times) => ({ point, times }));
    const clock = createVirtualClock();
    await clock.run(playScenario(clock, { ...noFaults, events, batchMax: 5, deaths }, seen));
    expect(seen.deaths).toBe(3);
  });
});

async function playScenario(clock: Clock, scenario: Scenario, seen: { deaths: number; deferred: number; dead: number }): Promise<void> {
  const broker = createMemoryBroker({ clock, partitions: 4 });
  const database = createMemoryDatabase({ clock });
  const shop = createShop(clock);
  const store = database.createStore();
  const events = scenario.events.map(({ key, outcomes, end }) => {
    const event = shop.next(`order-${key}`);
    shop.plan(event, [...outcomes, end]);
    return event;
  });
  const chaos = createChaos({ ...scenario, clock, random: createRandom(scenario.seed), broker, database, shop });
  for (const at of scenario.disconnects) void clock.wait(at).then(() => chaos.disconnectOne());
  await chaos.publish(events);
  await chaos.publish(events.filter((_, index) => scenario.events[index]!.isPublishedTwice));
  await until(clock, () => isAtRest(store, shop, events));
  expect(findProblems(await consumptionOf(store, shop, events))).toEqual([]);
  const dead = await store.list({ state: 'dead' });
  seen.dead += dead.length;
  seen.deaths += chaos.deaths;
  seen.deferred += shop.attempts.length > events.length * 2 ? 1 : 0;
  shop.repair();
  expect(await store.redrive({})).toBe(dead.length);
  await until(clock, async () => (await store.list({})).length === 0);
  expect(findProblems(await consumptionOf(store, shop, events))).toEqual([]);
  expect(shop.effects).toHaveLength(events.length);
  await chaos.stop();
}

async function isAtRest(store: DeadLetters, shop: Shop, events: readonly TestEvent[]): Promise<boolean> {
  const kept = await store.list({});
  const parked = new Set(kept.filter(({ state }) => state === 'dead').map(({ partitionKey }) => partitionKey));
  return shop.effects.length + kept.length >= events.length && kept.every(({ partitionKey }) => parked.has(partitionKey));
}

async function consumptionOf(store: DeadLetters, shop: Shop, events: readonly TestEvent[]) {
  const published = new Map(
    [...Map.groupBy(events, ({ partitionkey }) => partitionkey)].map(([key, ofKey]) => [key, ofKey.map(({ id }) => id)]),
  );
  return { published, effects: [...shop.effects], setAside: (await store.list({})).map(({ eventId }) => eventId) };
}

/** Within two hours of virtual time. */
async function until(clock: Clock, isSo: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await isSo()); looks += 1) {
    expect(looks, 'it never came to rest').toBeLessThan(14_400);
    await clock.wait(500);
  }
}

describe('the checker', () => {
  const planted = { settleBeforeHandling, overtakeWhatFailed, forgetWhatWasHandled };

  test.each([
    ['settleBeforeHandling', / is lost$/],
    ['overtakeWhatFailed', / was handled in the order /],
    ['forgetWhatWasHandled', / took effect twice$/],
  ] as const)('finds what is wrong with consumers that %s', async (name, finding) => {
    const problems = await play((system) => planted[name](system));
    expect(problems.filter((problem) => finding.test(problem))).not.toEqual([]);
    expect(problems.filter((problem) => !finding.test(problem))).toEqual([]);
  });

  test('finds nothing wrong with ours in the same place', async () => {
    const problems = await play(({ shop, ...system }) => consume({ ...system, group: 'billing', handlers: [shop.handler] }));
    expect(problems).toEqual([]);
  });
});

/** Ten events of one key, one of which fails five times and one of which comes twice. */
function play(start: (system: System) => Promise<{ stop(): Promise<unknown> }>): Promise<string[]> {
  const clock = createVirtualClock();
  const work = async () => {
    const system = {
      clock,
      driver: createMemoryBroker({ clock }).createDriver(),
      store: createMemoryConsumerStore({ clock }),
      shop: createShop(clock),
    };
    const events = Array.from({ length: 10 }, () => system.shop.next('order-1'));
    system.shop.plan(events[3]!, ['throw', 'throw', 'throw', 'throw', 'throw', 'done']);
    const consumer = await start(system);
    await system.driver.publish(events);
    await system.driver.publish(events.slice(5, 6));
    await clock.wait(60_000);
    await consumer.stop();
    return findProblems(await consumptionOf(system.store, system.shop, events));
  };
  return clock.run(work());
}
