/** A journey under way: the running system, its traffic, who moves and ends what in it, and what came of it so far. */
import type { ControllerClient } from '../controller-client.ts';
import { formatMs, marks, paint, type Reporter } from '../output.ts';
import type { RunningSystem } from '../running/start-system.ts';
import { totalsOf, type Traffic } from '../running/traffic.ts';
import type { Thoroughness } from './crash-plan.ts';
import type { KillBook } from './kill-sequence.ts';
import type { Leg } from './leg.ts';
import { extractionIn, type PersistentMover } from './mover.ts';

/** What the phases of a journey work with. */
export interface Journey {
  readonly running: RunningSystem;
  readonly traffic: Traffic;
  readonly client: ControllerClient;
  readonly mover: PersistentMover;
  /** Every extraction that moves tables, in the order in which they leave. */
  readonly legs: readonly Leg[];
  readonly book: KillBook;
  readonly thoroughness: Thoroughness;
  /** Gates that are not hard are passed, and writes not rehearsed: for a test that has no time to wait until enough was counted. */
  readonly isForced: boolean;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Filled by the phases. */
export interface Progress {
  /** Crash points that nothing reached. */
  readonly notReached: string[];
  /** By extraction: writes to its tables before each of its measured cutovers, since its ownership moved before. */
  readonly writesBeforeCutovers: { readonly extraction: string; readonly writes: number }[];
  /** Counts restart with the controller's gateways; the largest seen are kept, by extraction. */
  readonly shadow: Map<string, { readonly compared: number; readonly mismatches: number }>;
  /** For the recount, e.g. `measured calm`: [from, to] in milliseconds since 1970. */
  readonly facts: Map<string, string>;
  /** How long a service that had been away took to have handled what it had missed, in milliseconds. */
  readonly catchUps: { readonly service: string; readonly how: string; readonly ms: number }[];
  /** Extractions whose writes were proven; it counts for later moves as well. */
  readonly rehearsed: Set<string>;
  /** Extractions whose way back was ended, in this order. */
  readonly retired: string[];
  memoryMb: number;
}

export function newProgress(): Progress {
  return {
    notReached: [],
    writesBeforeCutovers: [],
    shadow: new Map(),
    facts: new Map(),
    catchUps: [],
    rehearsed: new Set(),
    retired: [],
    memoryMb: 0,
  };
}

/** Names what is done, does it, and tells what it cost. */
export async function runPhase(journey: Journey, name: string, work: () => Promise<void>): Promise<void> {
  const { progress } = journey;
  journey.signal.throwIfAborted();
  const began = performance.now();
  const before = journey.book.kills.length;
  await work();
  const state = await journey.mover.settledState();
  for (const { extraction } of journey.legs) {
    const { compared, mismatches } = extractionIn(state, extraction).shadow;
    const known = progress.shadow.get(extraction);
    progress.shadow.set(extraction, {
      compared: Math.max(compared, known?.compared ?? 0),
      mismatches: Math.max(mismatches, known?.mismatches ?? 0),
    });
  }
  progress.memoryMb = Math.max(progress.memoryMb, journey.running.memoryMb());
  const kills = journey.book.kills.length - before;
  const { asked, failed, unknown } = totalsOf(await journey.traffic.stats());
  const facts = `${kills === 0 ? '' : `${kills} kills, `}${asked} asked, ${failed + unknown} without a good answer`;
  journey.reporter.line(`  ${marks.done} ${name.padEnd(20)} ${facts.padEnd(60)} ${paint('dim', formatMs(performance.now() - began))}`);
}
