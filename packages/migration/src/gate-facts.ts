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
  /** Answers 500 and above that the owner does not give as well, and requests without one. */
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

/** How the service did on scratch copies what users had asked of the monolith. */
export interface RehearsalFact {
  readonly ageS: number;
  /** Writes done again on both sides, and how many of them the monolith's copy answered with the status it had given live. */
  readonly replayed: number;
  readonly asRecorded: number;
  /** Answers, rows and events that differ and that nothing explains. */
  readonly differing: number;
  readonly rowsDiffering: number;
  readonly eventsDiffering: number;
  /** False when a route says that it announces things to users, and none was announced: a service that never does would not have been noticed. */
  readonly hasAnnounced?: boolean;
  /** Routes that write of which nobody made use, so that nothing is known of them. */
  readonly notAsked?: readonly string[];
  readonly samples: readonly unknown[];
}

/** A copy that the service keeps of what another one owns. */
export interface ProjectionFact {
  readonly name: string;
  readonly isFilled: boolean;
  /** It has been asked to be filled or compared, and that has not been done yet. */
  readonly isAsked: boolean;
  readonly keys: number;
  readonly checked: number;
  /** Keys that differ from the owner's at the last comparison; null before the first since it was filled. */
  readonly differing: number | null;
  /** Those of them that may be equal soon: the copy has not heard of their last event. */
  readonly behind: number;
  readonly ageS: number | null;
  readonly samples: readonly unknown[];
  /** Events that the service could not handle: copies of their keys stay behind until they are redriven. */
  readonly deadLetters: number;
  /** Why the last thing asked could not be done. */
  readonly error: string | null;
}

export interface StageFact {
  readonly extraction: string;
  readonly stage: Stage;
  readonly atLeast: Stage;
}

/** A reader of the tables inside the monolith, or what else needs it. */
export interface ReaderFact {
  readonly what: string;
  /** The extraction that takes it along when it is retired; absent: nothing does. */
  readonly by?: string;
  readonly isGone: boolean;
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
  readonly rehearsal?: RehearsalFact;
  readonly projections?: readonly ProjectionFact[];
  /** `after`, and insert-only writers of the tables. */
  readonly dependencies: readonly StageFact[];
  readonly readers?: readonly ReaderFact[];
  /** Requests per second of its routes that the monolith answers now; of all routes for the extraction that takes the rest. */
  readonly atMonolith?: number;
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
