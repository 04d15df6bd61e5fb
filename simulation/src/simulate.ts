/** One run of the whole system from one seed: faults for a while, then calm until everything has settled, then the count. */
import type { EventEnvelope } from '@banyan/contract';
import { findProblems } from './check.ts';
import type { PlantedBug } from './planted.ts';
import * as contracts from './system/contracts.ts';
import { startSystem, type System } from './system/system.ts';
import { type Told, useSystem } from './system/users.ts';
import { createWorld, type World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly problems: readonly string[];
  /** Empty unless it was asked for. */
  readonly story: readonly string[];
  readonly virtualMs: number;
  readonly events: number;
}

/** How long things go wrong. */
const faultsMs = 8_000;

/** Of virtual time; what has not settled then is stuck. */
const settleMaxMs = 180_000;

export async function simulate(options: {
  readonly seed: number;
  readonly planted?: PlantedBug | undefined;
  readonly tells?: boolean;
}): Promise<Outcome> {
  Error.stackTraceLimit = 0; // thousands of errors on purpose: where they were made is of no use, and dear
  const world = createWorld(options);
  const startedAt = world.clock.now();
  const system = startSystem(world);
  try {
    const problems = await world.clock.run(play(world, system));
    const events = Object.values(system.databases).reduce((sum, { tables }) => sum + tables.journal.length, 0);
    return { seed: options.seed, problems, story: world.story, virtualMs: world.clock.now() - startedAt, events };
  } finally {
    await world.clock.run(end(system));
  }
}

async function play(world: World, system: System): Promise<readonly string[]> {
  const using = useSystem(system);
  void jumpClocks(world, system);
  void takeDatabasesAway(world, system);
  await world.clock.wait(faultsMs);
  world.calm = true;
  world.tell('nothing goes wrong any more');
  const told = await using;
  let problems: readonly string[] = [];
  for (let waitedMs = 0; waitedMs < settleMaxMs; waitedMs += 1_000) {
    await world.clock.wait(1_000);
    problems = await count(system, told);
    if (problems.length === 0) break;
  }
  if (problems.length > 0) return problems;
  await world.clock.wait(3_000); // what comes late and too often comes now
  return count(system, told);
}

async function count(system: System, told: Told): Promise<readonly string[]> {
  const { quiz, question, achievement } = system.databases;
  const tables = { quiz: quiz.tables, question: question.tables, achievement: achievement.tables };
  return findProblems({ told, tables, sagas: await quiz.sagas.find({}), log: await readLog(system) });
}

async function readLog({ world, broker }: System): Promise<EventEnvelope[]> {
  const types = Object.values(contracts).flatMap((contract) => ('type' in contract ? [contract.type] : []));
  const driver = broker.createDriver();
  const subscription = await driver.subscribe({ group: `reader-${world.newId()}`, types, from: 'beginning' });
  const log: EventEnvelope[] = [];
  for (;;) {
    const batch = await subscription.pull({ max: 10_000, waitMs: 0 });
    if (batch === undefined) break;
    log.push(...batch.deliveries.map(({ content }) => content as EventEnvelope));
    await batch.settle();
  }
  await driver.close();
  return log;
}

async function jumpClocks({ clock, random }: World, { processes }: System): Promise<void> {
  for (let jumps = random.below(4); jumps > 0; jumps -= 1) {
    await clock.wait(random.below(5_000));
    if (processes.size > 0) random.pick([...processes]).jump(random.pick([3_600_000, 20_000, -20_000, -3_600_000]));
  }
}

async function takeDatabasesAway({ clock, random }: World, { databases }: System): Promise<void> {
  for (let times = random.below(3); times > 0; times -= 1) {
    await clock.wait(random.below(4_000));
    random.pick(Object.values(databases)).goAway(random.below(3_000));
  }
}

/** Lets what hears of its end do so. */
async function end({ world, end: kill }: System): Promise<void> {
  kill();
  await world.clock.wait(1);
}
