/** What is stored about an extraction and about a move; every change of it is written before it is acted on. */

import type { Position, Stage, Work } from './stages.ts';

/** Which way rows flow between the two databases. */
export type Follows = 'none' | 'forward' | 'reverse';

export interface ExtractionState {
  readonly name: string;
  readonly stage: Stage;
  /** Percent of users answered by the service; 0 outside `canary`. */
  readonly sharePercent: number;
  readonly follows: Follows;
  /** Writes are being held at the gateways for a cutover. */
  readonly held: boolean;
  /** The side programs have been stopped for a cutover. */
  readonly sideProgramsStopped: boolean;
  /** The service's database was given up; what comes in its place has not been kept from writing yet. */
  readonly lost?: boolean;
  /** Times at which the stage was entered and the shadow counts were last begun, ISO 8601 UTC. */
  readonly enteredAt: string;
}

export type MoveStatus = 'running' | 'done' | 'cancelled' | 'failed';

/** One step between two positions. */
export interface Move {
  readonly id: number;
  readonly extraction: string;
  readonly kind: 'advance' | 'back';
  readonly work: Work;
  readonly from: Position;
  readonly to: Position;
  readonly actor: string;
  readonly reason?: string;
  readonly forced: boolean;
  /** The step it is at, for display and for recovery. */
  readonly step: string;
  readonly status: MoveStatus;
  readonly startedAt: string;
  readonly finishedAt?: string;
}

export function positionOf(state: ExtractionState): Position {
  return { stage: state.stage, sharePercent: state.sharePercent };
}

/** `canary 50 %`, or the stage alone. */
export function positionText(position: Position): string {
  return position.stage === 'canary' ? `canary ${position.sharePercent} %` : position.stage;
}
