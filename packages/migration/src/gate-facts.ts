/** The facts that gates are judged by, and what a gate says. */

import type { Stage } from './stages.ts';

export interface VerificationFact {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly ageS: number;
  /** Position of the source at which both sides were compared. */
  readonly position: string;
  readonly rows: number;
  /** Rows that differ, are missing or are too many. */
  readonly differing: number;
  readonly samples: readonly unknown[];
  readonly tables?: readonly { readonly table: string; readonly rows: number; readonly differing: number }[];
}

export interface ReplicationFact {
  /** `following`, `reconnecting`, ... as the stream says it. */
  readonly state: string;
  /** Time the last mark took to come through, in milliseconds; undefined when none came. */
  readonly lagMs?: number;
}

export interface ShadowFact {
  readonly compared: number;
  /** Those no learned or declared rule explains. */
  readonly mismatches: number;
  readonly dropped: number;
  readonly groups: readonly unknown[];
}

/** Answers by one side since the present position was entered. */
export interface TrafficFact {
  readonly requests: number;
  /** Answers 500 and above, and requests without one. */
  readonly errors: number;
  /** Over the gateways' last window; undefined without requests in it. */
  readonly p99Ms?: number;
}

export interface InspectionFact {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly table?: string;
  readonly message: string;
  readonly fix: string;
}

export interface WayBackFact {
  readonly proven: boolean;
  readonly message: string;
  /** Not proven only because something is away or behind at the moment. */
  readonly mayPass?: boolean;
}

export interface StageFact {
  readonly extraction: string;
  readonly stage: Stage;
  readonly atLeast: Stage;
}

/** What is known when gates are judged; a fact that a step does not need may be missing. */
export interface GateFacts {
  readonly inspection?: readonly InspectionFact[];
  readonly verification?: VerificationFact;
  readonly replication?: ReplicationFact;
  readonly shadow?: ShadowFact;
  readonly service?: TrafficFact;
  readonly owner?: TrafficFact;
  /** Why verification could not be made now. */
  readonly verificationTrouble?: string;
  readonly wayBack?: WayBackFact;
  /** `after`, and insert-only writers of the tables. */
  readonly dependencies: readonly StageFact[];
}

export interface Gate {
  readonly name: string;
  readonly status: 'pass' | 'wait' | 'fail';
  /** Holds also for a forced advance: going on would break, not merely risk. */
  readonly isHard: boolean;
  readonly message: string;
  readonly numbers: Readonly<Record<string, number | string>>;
  readonly samples: readonly unknown[];
}
