/** What making a move needs, as one object. */

import type { ControlStore } from '../control-store.ts';
import type { EventSequences } from '../event-sequences.ts';
import type { ExtractionData } from '../extraction-data.ts';
import type { OwnerNotices } from '../owner-notices.ts';
import type { PlannedExtraction } from '../plan.ts';
import type { ProjectionKeeper } from '../projection-keeper.ts';
import type { RoutePublisher } from '../route-publisher.ts';
import type { SidePrograms } from '../side-programs.ts';
import type { Companion } from './together.ts';
import type { Move } from '../state.ts';

/** One line of progress. */
export interface MoveProgress {
  readonly extraction: string;
  /** `gates`, `copying`, `cutover`, ... */
  readonly step: string;
  readonly message: string;
  readonly numbers?: Readonly<Record<string, number | string>>;
  readonly gates?: readonly unknown[];
}

export type Report = (progress: MoveProgress) => void;

export interface MoveContext {
  readonly store: ControlStore;
  readonly publisher: RoutePublisher;
  readonly sidePrograms: SidePrograms;
  readonly notices: OwnerNotices;
  readonly projections: ProjectionKeeper;
  readonly sequences: EventSequences;
  /** Name of the program that owns the tables while the service does not. */
  readonly monolith: string;
  readonly extraction: PlannedExtraction;
  /** The extraction whose tables change owner: itself, or the one that it cuts over. */
  readonly moved: PlannedExtraction;
  /** Changes stage with it. */
  readonly companion: Companion | undefined;
  /** Those that come after the tables. */
  readonly dependants: readonly PlannedExtraction[];
  /** Undefined for an extraction without tables. */
  readonly data: ExtractionData | undefined;
  readonly move: Move;
  readonly report: Report;
}

/** Stores the step a move is about to take, and tells it. */
export async function beginStep(context: MoveContext, step: string, message: string): Promise<void> {
  await context.store.setMoveStep(context.move.id, step);
  context.report({ extraction: context.extraction.name, step, message });
}

/** Rows of an extraction without tables are never asked for: a fault of ours if they are. */
export function dataOf(context: MoveContext): ExtractionData {
  if (context.data === undefined) throw new TypeError(`"${context.moved.name}" moves no tables.`);
  return context.data;
}
