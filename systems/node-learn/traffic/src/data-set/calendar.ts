/** When the invented history happened: it ends on a fixed day, so that every run makes the same dates. */

const lastDay = Date.parse('2026-09-30T00:00:00Z');
const dayMs = 86_400_000;

/** ISO time so many days, fractions allowed, before the end of the history. */
export function daysBeforeEnd(days: number): string {
  return new Date(lastDay - Math.round(days * dayMs)).toISOString();
}
