/** One instance of a program: it can die at any step between itself and the world, stand still, lose connections, and have a wrong clock. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '@banyan/bus/clock';
import type { World } from './world.ts';

export interface SimulatedProcess {
  readonly name: string;
  readonly isDead: boolean;
  /** Its own idea of the time. */
  readonly clock: Clock;
  jump(ms: number): void;
  /** What is called in it belongs to it, also later in its promises. */
  run<Result>(work: () => Result): Result;
  /** Passed on the way to a database or broker and on the way back: never comes back to the dead, may throw, take time, or be the last one. */
  step(): Promise<void>;
  /** At once when it is dead. */
  onDeath(end: () => void): void;
  kill(why: string): void;
  /** What it does before it ends of its own will. */
  onStop(work: () => Promise<unknown>): void;
  /** Ends it of its own will, as for a new version; what takes too long is cut short. */
  stop(): Promise<void>;
}

const running = new AsyncLocalStorage<SimulatedProcess>();

/** Undefined for what belongs to no process: users and the checker. */
export function currentProcess(): SimulatedProcess | undefined {
  return running.getStore();
}

export function never(): Promise<never> {
  return new Promise(() => {});
}

/** What drivers of databases say: nothing is known of what was under way. */
export function connectionLost(): Error {
  return Object.assign(new Error('Connection terminated, on purpose.'), { code: '08006' });
}

export function createProcess(world: World, name: string, stepsToLive: number): SimulatedProcess {
  const { clock, random, faults } = world;
  const ends: (() => void)[] = [];
  const stops: (() => Promise<unknown>)[] = [];
  let isDead = false;
  let steps = 0;
  let offsetMs = 0;
  const kill = (why: string) => {
    if (isDead) return;
    isDead = true;
    world.tell(`${name} dies: ${why}`);
    for (const end of ends) end();
  };
  const step = async (): Promise<void> => {
    if (isDead) await never();
    if (world.calm) return;
    steps += 1;
    if (steps === stepsToLive) {
      kill(`at step ${steps}`);
      await never();
    }
    if (random.chance(faults.delay)) await clock.wait(random.below(60));
    if (random.chance(faults.pause)) {
      world.tell(`${name} stands still`);
      await clock.wait(5_000);
    }
    if (isDead) await never();
    if (random.chance(faults.connectionLost)) {
      world.tell(`${name} loses a connection`);
      throw connectionLost();
    }
  };
  const process: SimulatedProcess = {
    name,
    get isDead() {
      return isDead;
    },
    clock: { now: () => clock.now() + offsetMs, wait: (ms, signal) => clock.wait(ms, signal) },
    jump: (ms) => {
      offsetMs += ms;
      world.tell(`the clock of ${name} jumps by ${ms} ms`);
    },
    run: (work) => running.run(process, work),
    step,
    onDeath: (end) => (isDead ? end() : void ends.push(end)),
    kill,
    onStop: (work) => void stops.push(work),
    stop: async () => {
      world.tell(`${name} is asked to end`);
      const stopping = running.run(process, () => Promise.allSettled(stops.map((work) => work())));
      await Promise.race([stopping, clock.wait(5_000)]);
      kill('it was asked to');
    },
  };
  return process;
}
