/** Keeps what the comparisons found. */
import type { GatewayLimits } from '../config.ts';
import type { ShadowSample, ShadowTally } from './sample.ts';

export interface ShadowBookParts {
  readonly path: string;
  readonly limits: GatewayLimits;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  readonly confirm: (source: unknown, sampleId: number, scope: string | undefined) => void;
}

export class ShadowBook {
  constructor(_parts: ShadowBookParts) {}
  take(_source: unknown, _samples: readonly ShadowSample[], _tallies: readonly ShadowTally[]): void {}
  async report(): Promise<unknown> {
    return { routes: {} };
  }
  async totals(): Promise<{ route: string; compared: number; mismatches: number; excused: number; unanswered: number; dropped: number }[]> {
    return [];
  }
  async reset(): Promise<void> {}
  async close(): Promise<void> {}
}
