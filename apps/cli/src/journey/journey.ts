/** A journey under way: the running system, its traffic, and who moves and ends what in it. */
import type { ReplicatedTable } from '@banyan/replication';
import type { ControllerClient } from '../controller-client.ts';
import type { Reporter } from '../output.ts';
import type { RunningSystem } from '../running/start-system.ts';
import { totalsOf, type Traffic } from '../running/traffic.ts';
import type { CrashPlan, Thoroughness } from './crash-plan.ts';
import type { KillBook } from './kill-sequence.ts';
import type { PersistentMover } from './mover.ts';

/** What the phases of a journey work with. */
export interface Journey {
  readonly running: RunningSystem;
  readonly traffic: Traffic;
  readonly client: ControllerClient;
  readonly mover: PersistentMover;
  readonly extraction: string;
  readonly service: string;
  /** The moving tables, by their names on either side. */
  readonly tables: readonly ReplicatedTable[];
  readonly plan: CrashPlan;
  readonly book: KillBook;
  readonly thoroughness: Thoroughness;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** For progress lines: what was asked so far. */
export async function askedSoFar(journey: Journey): Promise<string> {
  const { asked, failed, unknown } = totalsOf(await journey.traffic.stats());
  return `${asked} asked, ${failed + unknown} without a good answer`;
}
