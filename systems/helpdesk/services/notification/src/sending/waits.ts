/** When a mail that was refused is tried again: soon at first, then ever less often, with some chance in it so that many do not come together. */

const second = 1_000;
const hour = 3_600 * second;
const waitsMs = [5 * second, 30 * second, 120 * second, 600 * second, hour, 4 * hour, 12 * hour, 24 * hour] as const;

/** Undefined: it was tried often enough. @param attempts that have failed, from 1 @param chance from 0 to 1 */
export function waitBefore(attempts: number, chance = Math.random()): number | undefined {
  const wait = waitsMs[attempts - 1];
  return wait === undefined ? undefined : Math.round(wait * (0.8 + 0.4 * chance));
}
