/** What everything invented needs: chance that repeats itself, ids, and moments of a history that ends on a fixed day. */
import { createRandom, type SeededRandom } from '@banyan/proof';

export interface Invention extends SeededRandom {
  /** A version 4 UUID. */
  id(): string;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  shuffled<Item>(items: readonly Item[]): Item[];
}

const lastDay = Date.parse('2026-09-30T00:00:00Z');
const dayMs = 86_400_000;

export function createInvention(seed: number): Invention {
  const random = createRandom(seed);
  const hex = (digits: number) => Array.from({ length: digits }, () => random.below(16).toString(16)).join('');
  return {
    ...random,
    id: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${random.pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`,
    between: (low, high) => low + random.below(high - low + 1),
    shuffled: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const other = random.below(last + 1);
        [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
      }
      return shuffled;
    },
  };
}

/** Milliseconds since 1970, so many days, fractions allowed, before the end of the history. */
export function daysBeforeEnd(days: number): number {
  return lastDay - Math.round(days * dayMs);
}

export function toTime(at: number): string {
  return new Date(at).toISOString();
}
