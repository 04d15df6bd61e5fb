/** The whole system of one run: databases, a broker, and for each program places for instances that are started again when they die. */
import { createMemoryBroker, type MemoryBroker } from '@banyan/bus';
import type { SnapshotPage } from '@banyan/service/snapshot';
import { createSimulatedDatabase, type SimulatedDatabase } from '../database/simulated-database.ts';
import { rowsOf } from '../database/tables.ts';
import { connectionLost, createProcess, currentProcess, type SimulatedProcess } from '../simulated-process.ts';
import type { World } from '../world.ts';
import { startAchievement } from './achievement.ts';
import type { Group } from './contracts.ts';
import { follow } from './follower.ts';
import type { Instance } from './instance.ts';
import { createMonolith, type Monolith } from './monolith.ts';
import { type CheckPlan, type Question, startQuestion } from './question.ts';
import { type Quiz, startQuiz } from './quiz.ts';

export interface System {
  readonly world: World;
  readonly broker: MemoryBroker;
  readonly databases: Readonly<Record<Group, SimulatedDatabase>>;
  readonly monolith: Monolith;
  readonly checks: Map<string, CheckPlan>;
  readonly quizzes: Living<Quiz>;
  readonly questions: Living<Question>;
  readonly processes: ReadonlySet<SimulatedProcess>;
  /** Ends everything; nothing of it runs afterwards. */
  readonly end: () => void;
}

export interface Living<Program> {
  /** One that is alive; undefined when all are down. */
  pick(): { readonly program: Program; readonly process: SimulatedProcess } | undefined;
}

export function startSystem(world: World): System {
  const broker = createMemoryBroker({ clock: world.clock, partitions: 4 });
  const monolith = createMonolith();
  const checks = new Map<string, CheckPlan>();
  const groups = ['quiz', 'question', 'achievement'] as const;
  const [quiz, question, achievement] = groups.map((name) => createSimulatedDatabase(world, name)) as [
    SimulatedDatabase,
    SimulatedDatabase,
    SimulatedDatabase,
  ];
  const databases = { quiz, question, achievement };
  const places = createPlaces(world);
  const place = (group: Group, process: SimulatedProcess) => ({ world, broker, process, group, database: databases[group] });
  const achievements = places.keep<Instance>('achievement', 1, async (process) => startAchievement(place('achievement', process)));
  const neighbours = {
    atAchievement: (work: (instance: Instance) => Promise<void>) => call(world, achievements, (instance) => work(instance)),
    readSnapshot: (after: string) => readSnapshot(world, question, after),
  };
  const quizzes = places.keep('quiz', 2, async (process) => {
    const program = await startQuiz(place('quiz', process), neighbours);
    void fillAtTimes(world, process, program);
    return program;
  });
  const questions = places.keep('question', 2, async (process) =>
    startQuestion(place('question', process), (answer) => checks.get(answer)!),
  );
  places.keep('follower', 2, async (process) => void follow({ world, database: question, process, monolith }));
  return { world, broker, databases, monolith, checks, quizzes, questions, processes: places.processes, end: places.end };
}

/** Over the network, there and back: it may fail before it arrives and after it was done. */
export async function call<Program, Result>(
  world: World,
  living: Living<Program>,
  work: (program: Program) => Promise<Result>,
): Promise<Result> {
  await currentProcess()?.step();
  const there = living.pick();
  if (there === undefined) throw connectionLost();
  const died = new Promise<never>((_, reject) => there.process.onDeath(() => reject(connectionLost())));
  const result = await Promise.race([there.process.run(() => work(there.program)), died]);
  if (!world.calm && world.random.chance(world.faults.unanswered)) throw new Error('There is no answer.');
  await currentProcess()?.step();
  return result;
}

/** So few that a copy consists of several pages. */
const pageLimit = 2;

async function readSnapshot(world: World, { tables }: SimulatedDatabase, after: string): Promise<SnapshotPage> {
  await currentProcess()?.step();
  const behind = [...rowsOf(tables, 'questions')].filter(([key]) => key > after).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const entries = behind.slice(0, pageLimit).map(([key, text]) => ({
    key,
    sequence: String(tables.sequences.get(`/question ${key}`) ?? 0),
    data: { text },
  }));
  const next = behind.length < pageLimit ? undefined : entries.at(-1)?.key;
  await world.clock.wait(world.random.below(300));
  await currentProcess()?.step();
  return { entries, ...(next === undefined ? {} : { next }) };
}

/** Each instance at times, so that a copy is also filled that was filled already, as when an operator asks for it; in the calm at the end only once. */
async function fillAtTimes(world: World, process: SimulatedProcess, { projection }: Quiz): Promise<void> {
  for (let isFilled = false; !process.isDead && !(isFilled && world.calm);) {
    await world.clock.wait(world.random.below(1_500));
    if (isFilled && world.calm) return;
    isFilled = await projection.fill().then(
      (keys) => isFilled || keys !== undefined,
      () => isFilled,
    );
  }
}

function createPlaces(world: World) {
  const { clock, random, faults } = world;
  const processes = new Set<SimulatedProcess>();
  let hasEnded = false;
  const keepOne = async <Program>(name: string, start: (process: SimulatedProcess) => Promise<Program>, living: Map<unknown, Program>) => {
    for (let life = 1; !hasEnded; life += 1) {
      const stepsToLive = random.chance(faults.death) ? 1 + random.below(random.pick([30, 150, 600])) : Number.POSITIVE_INFINITY;
      const process = createProcess(world, `${name}.${life}`, stepsToLive);
      const died = new Promise<void>((resolve) => process.onDeath(resolve));
      processes.add(process);
      const starting = process.run(() => start(process));
      void starting.then(
        (program) => void (process.isDead || living.set(process, program)),
        () => process.kill('it could not start'),
      );
      if (random.chance(faults.renewal)) void clock.wait(random.below(6_000)).then(() => (world.calm ? undefined : process.stop()));
      await died;
      processes.delete(process);
      living.delete(process);
      if (!hasEnded) await clock.wait(random.below(2_000));
    }
  };
  return {
    processes,
    keep: <Program>(name: string, count: number, start: (process: SimulatedProcess) => Promise<Program>): Living<Program> => {
      const living = new Map<SimulatedProcess, Program>();
      for (let place = 1; place <= count; place += 1) void keepOne(`${name}-${place}`, start, living);
      return {
        pick: () => {
          const entries = [...living];
          if (entries.length === 0) return undefined;
          const [process, program] = random.pick(entries);
          return { process, program };
        },
      };
    },
    end: () => {
      hasEnded = true;
      for (const process of processes) process.kill('the run is over');
    },
  };
}
