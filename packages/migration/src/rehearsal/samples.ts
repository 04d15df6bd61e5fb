/** Groups what differs by where and how, bounded, so that evidence stays small however much is wrong. */

import type { RehearsalSample } from '../rehearsal-evidence.ts';

const groupsMax = 40;
const textMax = 400;

export class Samples {
  readonly #groups = new Map<string, RehearsalSample>();

  /** The first detail of a group is kept. */
  add(of: RehearsalSample['of'], where: string, kind: string, detail: string, count = 1): void {
    const key = `${of} ${kind} ${where}`;
    const known = this.#groups.get(key);
    if (known === undefined && this.#groups.size >= groupsMax) return;
    const sample = known ?? { of, where: short(where), kind: short(kind), count: 0, detail: short(detail) };
    this.#groups.set(key, { ...sample, count: sample.count + count });
  }

  /** The most frequent first. */
  list(): RehearsalSample[] {
    return [...this.#groups.values()].toSorted((one, two) => two.count - one.count);
  }
}

function short(text: string): string {
  return text.length <= textMax ? text : `${text.slice(0, textMax - 1)}…`;
}
