/** Numbers, times and stages as people read them, with their units. */
import type { Position } from '@banyan/migration/stages';

export function countText(count: number): string {
  return count.toLocaleString('en-GB');
}

/** `1 row`, `2 rows`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

export function rateText(perSecond: number): string {
  return `${perSecond >= 100 ? countText(Math.round(perSecond)) : perSecond.toFixed(1)}/s`;
}

/** `850 µs`, `3 ms`, `1.2 s`, `4 min`. */
export function durationText(ms: number): string {
  if (ms > 0 && ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

/** How long ago, in whole units: `now`, `12 s ago`, `3 min ago`. */
export function ageText(ms: number): string {
  if (ms < 1_500) return 'now';
  const [value, unit] =
    ms < 60_000
      ? [ms / 1_000, 's']
      : ms < 3_600_000
        ? [ms / 60_000, 'min']
        : ms < 86_400_000
          ? [ms / 3_600_000, 'h']
          : [ms / 86_400_000, 'd'];
  return `${Math.floor(value)} ${unit} ago`;
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** `23:41:05` on this day, with the date before it on another; local time. */
export function timeText(iso: string, today: Date = new Date()): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const time = at.toLocaleTimeString('en-GB');
  return at.toDateString() === today.toDateString()
    ? time
    : `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}

export function positionText({ stage, sharePercent }: Position): string {
  return stage === 'canary' ? `canary ${sharePercent} %` : stage;
}
