/** Whether what was committed before a call is where reads of an extraction look for it, on whichever side they are answered. */

import type { ExtractionData } from '@banyan/migration/extraction-data';
import { plannedExtraction } from '@banyan/migration/plan';
import type { MigrationPlan } from '@banyan/migration/plan';
import type { CopiesBarrier } from './copies-barrier.ts';
import { ReachedBarrier } from './reached-barrier.ts';

export interface ReachingOptions {
  readonly plan: MigrationPlan;
  readonly data: ReadonlyMap<string, ExtractionData>;
  readonly copies: Pick<CopiesBarrier, 'ownersOf' | 'reached'>;
  /** Of one mark. Default 9,000. */
  readonly timeoutMs?: number;
}

export class Reaching {
  readonly #options: ReachingOptions;
  readonly #barriers = new Map<string, ReachedBarrier>();
  readonly #streams = new Map<string, ReachedBarrier>();

  constructor(options: ReachingOptions) {
    this.#options = options;
  }

  /**
   * Resolves when all that was committed before the call is on the other side. While the service only answers reads,
   * that is also what it reads from extractions beside this one: as rows, or as the copies that it keeps. While it owns the rows, also what services that
   * follow up have done because of it; when nothing is replicated, as when the monolith is off, only that. Rejects with the reason.
   */
  async reached(extraction: string): Promise<void> {
    const barrier = this.#barriers.get(extraction) ?? new ReachedBarrier(() => this.#reach(extraction));
    this.#barriers.set(extraction, barrier);
    await barrier.reached();
  }

  async #reach(extraction: string): Promise<void> {
    const follows = this.#follows(extraction);
    if (follows === 'reverse') return this.#reachBack(extraction);
    if (follows === 'none' && this.#hasTables(extraction)) return this.#followedUp(extraction);
    const { plan, copies } = this.#options;
    const { service = '' } = plannedExtraction(plan, extraction);
    const owners = await copies.ownersOf(service);
    const all = [extraction, ...readBeside(plan, extraction, owners)];
    // What flows back can have consequences there, such as a cascade, which only then flow here.
    for (const direction of ['reverse', 'forward'])
      await Promise.all(all.filter((name) => this.#follows(name) === direction).map((name) => this.#flowed(name)));
    // Rows that flow become events on their way: those are waited for after them.
    await copies.reached(service, owners);
  }

  /** What those who follow up write here flows back as well. */
  async #reachBack(extraction: string): Promise<void> {
    await this.#followedUp(extraction);
    await this.#flowed(extraction);
  }

  async #followedUp(extraction: string): Promise<void> {
    const { plan, copies } = this.#options;
    const tellers = [...new Set(plan.extractions.flatMap(({ service }) => service ?? []))];
    for (const service of plannedExtraction(plan, extraction).followedUpBy) await copies.reached(service, tellers);
  }

  /** One mark of a stream serves all who wait for it. */
  async #flowed(extraction: string): Promise<void> {
    const rows = this.#options.data.get(extraction);
    if (rows === undefined || this.#follows(extraction) === 'none') return;
    const mark = async () => void (await rows.mark(this.#options.timeoutMs ?? 9_000));
    const barrier = this.#streams.get(extraction) ?? new ReachedBarrier(mark);
    this.#streams.set(extraction, barrier);
    await barrier.reached();
  }

  /** One without tables reads and writes only those of others. */
  #hasTables(extraction: string): boolean {
    return plannedExtraction(this.#options.plan, extraction).tables.length > 0;
  }

  #follows(extraction: string): 'none' | 'forward' | 'reverse' {
    return this.#options.data.get(extraction)?.status().follows ?? 'none';
  }
}

/** The other extractions whose tables its routes read, or whose services' events keep the copies of its service. */
function readBeside({ extractions }: MigrationPlan, name: string, owners: readonly string[]): readonly string[] {
  const reads = new Set(extractions.find((it) => it.name === name)?.routes.flatMap(({ effect }) => effect.reads));
  return extractions
    .filter((it) => it.name !== name && (owners.includes(it.service ?? '') || it.tables.some(({ source }) => reads.has(source))))
    .map((it) => it.name);
}
