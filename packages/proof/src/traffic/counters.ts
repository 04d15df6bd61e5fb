// Live counters of the traffic: totals, and rates and times over the last seconds, per group.
import { type ToldLine } from '../ledger.ts';

export interface GroupCounters {
  readonly told: number;
  readonly notOk: number;
  readonly unknown: number;
  readonly refused: number;
  /** Over the last five seconds. */
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const windowMs = 5000;
/** Times kept per group; beyond it (over 1,000 a second) the oldest go. */
const keptTimes = 5000;

interface Group {
  told: number;
  notOk: number;
  unknown: number;
  refused: number;
  recent: { at: number; ms: number }[];
}

export class TrafficCounters {
  readonly #groups = new Map<string, Group>();

  note(name: string, told: ToldLine): void {
    const group = this.#groups.get(name) ?? { told: 0, notOk: 0, unknown: 0, refused: 0, recent: [] };
    this.#groups.set(name, group);
    group.told += 1;
    if (!told.ok) group.notOk += 1;
    if (told.outcome === 'unknown') group.unknown += 1;
    if (told.outcome === 'refused') group.refused += 1;
    group.recent.push({ at: told.at, ms: told.ms });
    if (group.recent.length > keptTimes) group.recent = group.recent.slice(keptTimes / 2);
  }

  byGroup(): Record<string, GroupCounters> {
    return Object.fromEntries([...this.#groups].map(([name, group]) => [name, summaryOf(group)]));
  }
}

function summaryOf(group: Group): GroupCounters {
  const since = Date.now() - windowMs;
  group.recent = group.recent.filter(({ at }) => at >= since);
  const times = group.recent.map(({ ms }) => ms).sort((one, other) => one - other);
  const { told, notOk, unknown, refused } = group;
  const perSecond = Math.round((times.length / windowMs) * 10_000) / 10;
  return { told, notOk, unknown, refused, perSecond, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}

/** Nearest rank over ascending numbers; 0 for none. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? 0;
}
