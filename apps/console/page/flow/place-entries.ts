/** Places entries on a line of time: true to scale while things happen, idle stretches cut short so that bursts stay readable. */
import type { TraceEntry } from '@banyan/controller/trace';

export interface PlacedEntry {
  readonly entry: TraceEntry;
  /** Milliseconds since the first. */
  readonly afterMs: number;
  /** Where on the line, 0 to 1. */
  readonly place: number;
  /** The idle time before it that was cut short, in milliseconds; 0 when none was. */
  readonly idleMs: number;
}

/** A pause that is cut is drawn as long as this share of all the rest, or as the next longest. */
const pauseShareMax = 0.25;

export function placeEntries(entries: readonly TraceEntry[]): readonly PlacedEntry[] {
  const times = entries.map(({ at }) => Date.parse(at));
  const pauses = times.map((time, index) => (index === 0 ? 0 : time - (times[index - 1] ?? time)));
  const total = pauses.reduce((sum, pause) => sum + pause, 0);
  const [longest = 0, second = 0] = pauses.toSorted((one, other) => other - one);
  // Only a pause that makes up most of the time is cut: otherwise the line would say less than it seems to.
  const isMost = longest > total * 0.6 && entries.length > 3;
  const pauseMax = isMost ? Math.max(1, second, (total - longest) * pauseShareMax) : Infinity;
  const drawn = pauses.map((pause) => Math.min(pause, pauseMax));
  const length = drawn.reduce((sum, pause) => sum + pause, 0);
  let reached = 0;
  return entries.map((entry, index) => {
    reached += drawn[index] ?? 0;
    const [pause = 0, shown = 0] = [pauses[index], drawn[index]];
    return {
      entry,
      afterMs: (times[index] ?? 0) - (times[0] ?? 0),
      place: length === 0 ? 0 : reached / length,
      idleMs: pause > shown ? pause : 0,
    };
  });
}
