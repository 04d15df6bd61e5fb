/** Rows per second of each extraction's stream, from counters that begin anew when the stream does. */
import type { StateView } from '@banyan/controller/state-view';
import { replicationOf } from './replication.ts';

const windowMs = 5_000;

export function createRowRates(): { add(state: StateView, atMs: number): Readonly<Record<string, number>> } {
  let samples: { readonly atMs: number; readonly rows: ReadonlyMap<string, number> }[] = [];
  return {
    add: (state, atMs) => {
      const rows = new Map(state.extractions.map((it) => [it.name, replicationOf(it)?.rows ?? 0]));
      samples = [...samples.filter((it) => atMs - it.atMs <= windowMs), { atMs, rows }];
      const first = samples[0];
      if (first === undefined || atMs - first.atMs < 500) return {};
      const perSecond = (name: string, now: number) => Math.max(0, now - (first.rows.get(name) ?? now)) / ((atMs - first.atMs) / 1000);
      return Object.fromEntries([...rows].map(([name, now]) => [name, Math.round(perSecond(name, now) * 10) / 10]));
    },
  };
}
