/** What every part of one simulated run shares: its time, its chance, its faults, and the story of what happened. */
import { createVirtualClock, type VirtualClock } from '@banyan/bus/virtual-clock';
import { createRandom, type SeededRandom } from '@banyan/proof/seeded-random';
import type { PlantedBug } from './planted.ts';

export interface World {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly faults: FaultRates;
  readonly planted: PlantedBug | undefined;
  /** From then on nothing goes wrong any more. */
  calm: boolean;
  readonly newId: () => string;
  readonly tell: (what: string) => void;
  readonly story: string[];
}

/** Probabilities per step between a program and a database, or per call of the broker. */
export interface FaultRates {
  readonly delay: number;
  /** The program stands still for longer than any lease. */
  readonly pause: number;
  readonly connectionLost: number;
  readonly brokerAway: number;
  readonly doubled: number;
  /** A call between services that was done and is not answered. */
  readonly unanswered: number;
  /** Of the lives of a process that begin before the calm, how many end early. */
  readonly death: number;
  /** And how many are asked to end. */
  readonly renewal: number;
}

export function createWorld(options: {
  readonly seed: number;
  readonly planted?: PlantedBug | undefined;
  readonly tells?: boolean;
}): World {
  const { seed, planted, tells = false } = options;
  const clock = createVirtualClock();
  const random = createRandom(seed);
  const startedAt = clock.now();
  const story: string[] = [];
  let ids = 0;
  return {
    seed,
    clock,
    random,
    planted,
    story,
    calm: false,
    faults: {
      delay: random.pick([0.05, 0.2, 0.4]),
      pause: random.pick([0, 0.002, 0.01]),
      connectionLost: random.pick([0, 0.01, 0.04]),
      brokerAway: random.pick([0, 0.02, 0.1]),
      doubled: random.pick([0, 0.05, 0.2]),
      unanswered: random.pick([0, 0.1, 0.7]),
      death: random.pick([0, 0.5, 0.9]),
      renewal: random.pick([0, 0, 0.6]),
    },
    newId: () => toUuid((ids += 1)),
    tell: (what) => {
      if (tells) story.push(`${((clock.now() - startedAt) / 1_000).toFixed(3).padStart(8)} s  ${what}`);
    },
  };
}

/** Valid as version 4, and the same in every run of a seed. */
export function toUuid(number: number, variant = 0): string {
  return `00000000-0000-4000-8${String(variant).padStart(3, '0')}-${number.toString(16).padStart(12, '0')}`;
}
