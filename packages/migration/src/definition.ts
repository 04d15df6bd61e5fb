/** The language of `migration.ts`: a system's extractions with their routes, tables, side programs and gates. */

import type { EventContract, EventData } from '@banyan/contract';
import type { AppliedChange, SqlSession } from '@banyan/replication';
import type { WriteRules } from '@banyan/gateway/replay';
import type { ComparisonRules } from '@banyan/gateway/route-table';
import { rememberPlace } from './declared/place.ts';
import type { GateSettings } from './gate-settings.ts';
import type { Stage } from './stages.ts';

/** The tables a route touches, as `schema.table` in the monolith's database. */
export interface Effect {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

export interface RouteDefinition {
  /** Upper case; `GET` also stands for `HEAD`, `*` for any. */
  readonly method: string;
  /** `/api/questions/:id`. */
  readonly path: string;
  readonly effect: Effect;
  /** May both sides answer it? Default: it writes nothing. */
  readonly shadowable?: boolean;
  /**
   * In what good answers may differ besides learned noise: `{ anyOrder: true }`, `{ tokens: ['token'] }`, `{ draws: ['choices'] }`, `{ drawnFrom: '/api/questions' }`,
   * `{ invented: { where: { user_id: 0 }, fields: ['username'] } }`; for a write, when it is rehearsed, `{ announces: { field: 'awards', to: 'userId' } }`.
   */
  readonly compare?: ComparisonRules & WriteRules;
  /**
   * Others find what it writes as soon as its answer is there: a role, an assignment, an account whose token is in the answer. The gateway keeps the answer
   * back, bounded, until it is wherever it is read. What only its writer asks for needs none of this.
   */
  readonly concernsOthers?: boolean;
  /** After this write the user of the token in the `Location` header's parameter is the writer. */
  readonly issuesToken?: { readonly from: 'location'; readonly parameter: string };
  /** Admits, with the reason, that its writes cannot be done again on scratch copies, and so are not proven before the cutover. */
  readonly noRehearsal?: string;
}

/** A table that moves; columns are matched by name. */
export interface TableMove {
  readonly source: string;
  readonly target: string;
  /** Extractions whose routes may also insert into it (never update or delete). They must be owners before this one can be. */
  readonly insertOnlyWriters?: readonly string[];
  /** Its rows are ranked, and full ties have no order: when writes are rehearsed, who is equal may stand in each other's places. */
  readonly ranked?: RankedRows;
}

export interface RankedRows {
  /** The column of the place, part of the key: `position`. */
  readonly place: string;
  /** The columns that places follow from, with those of what is ranked: `quiz_mode_id`, `correct_answers`, `streak`. Rows equal in all of them tie. */
  readonly by: readonly string[];
}

/** A fact that a changed row tells while the monolith owns it: what the service itself would have published. */
export interface RowEvent {
  readonly contract: EventContract;
  readonly data: unknown;
  /** The change it follows from; it gives the event an identity that is the same at every attempt. */
  readonly change: AppliedChange;
}

/**
 * Tells which events the changes of one batch are, oldest first. Runs in the transaction that applies the rows, after them: the session sees the
 * state behind the batch. It must not write. Throwing stops the stream, so that no change passes without its events.
 */
export type RowsToEvents = (changes: readonly AppliedChange[], session: SqlSession) => Promise<readonly RowEvent[]>;

/** An extraction that must have come at least as far as `atLeast` (default `owner`) before this one serves live requests. */
export interface Dependency {
  readonly extraction: string;
  readonly atLeast: Exclude<Stage, 'planned'>;
}

/** A reader of tables inside the monolith. Until it is gone the tables have to be kept up to date there, so that their extraction is not retired. */
export interface MonolithReader {
  readonly what: string;
  /** The extraction with which it goes: gone when that one is retired. Absent: it never goes. */
  readonly by?: string;
}

export interface ExtractionDefinition {
  /** The program in `banyan.config.ts` that takes over. */
  readonly service?: string;
  /** A bare name means: at least `owner`. */
  readonly after?: readonly (string | Dependency)[];
  readonly routes?: readonly RouteDefinition[];
  readonly tables?: readonly TableMove[];
  /**
   * An extraction whose tables these routes write through its service: they change owner with this one, in one cutover. Until then that extraction is held
   * at canary. It must be in `after`, with at least `canary`.
   */
  readonly cutsOver?: string;
  /** While the monolith owns the tables, their changes are published as these events; from the cutover on the service publishes. */
  readonly events?: RowsToEvents;
  /** Services whose work depends on who owns the tables; they find it in `banyan.owners` of their database. */
  readonly tells?: readonly string[];
  /**
   * Services that do more because of a write, by its event, which others see at once: the service itself, where it acts on events of others, or one that adds rows
   * to the monolith's tables. While the service owns the tables, whoever waits for a write waits until these have done it. None of them may wait for this extraction.
   */
  readonly followedUpBy?: readonly string[];
  /** Programs of the monolith (mailers, crons, pollers) that write the tables: stopped before the fence, started on the way back. */
  readonly sidePrograms?: readonly string[];
  /**
   * Tables of the service in which it keeps work that it does by itself later, such as what it tries again. In a rehearsal they begin empty: what is
   * left over from live requests would be done there on one side only.
   */
  readonly pendingWork?: readonly string[];
  /** Percent of users, rising to 100. Default 10, 50, 100. */
  readonly canaryShares?: readonly number[];
  readonly gates?: Partial<GateSettings>;
  /** Admits, with the reason, that writes made as owner would not flow back; `back` from `owner` is then refused. */
  readonly noWayBack?: string;
  /** What inside the monolith still reads the tables, besides the routes of other extractions that say so themselves. */
  readonly readByMonolith?: readonly (string | MonolithReader)[];
  /**
   * Routes that stay with the monolith and write the tables. The gateway lets their writers see their own writes; the extraction cannot become
   * owner while there is one, and is held at canary until another extraction moves them.
   */
  readonly writtenByMonolith?: readonly RouteDefinition[];
}

export interface Extraction extends ExtractionDefinition {
  readonly name: string;
}

export interface MigrationDefinition {
  readonly system: string;
  readonly extractions: readonly Extraction[];
}

/** Types a migration; it is checked by `planMigration`, not here. */
export function defineMigration(definition: MigrationDefinition): MigrationDefinition {
  return definition;
}

/** One extraction. `name` is kebab-case, at most 32 characters; it names slots, publications and routes' owner. */
export function extraction(name: string, definition: ExtractionDefinition): Extraction {
  return rememberPlace({ name, ...definition }, extraction);
}

/** The effect of a route that only reads: it may be shadowed, canaried, retried and fall back. No table means it reads none. */
export function reads(...tables: readonly string[]): Effect {
  return rememberPlace({ reads: tables, writes: [] }, reads);
}

/** The effect of a route that writes these tables (and may read any): it always goes to their one owner. */
export function writes(...tables: readonly string[]): Effect {
  return rememberPlace({ reads: [], writes: tables }, writes);
}

/** One event of `RowsToEvents`, with its data checked by the compiler. */
export function rowEvent<Contract extends EventContract>(contract: Contract, data: EventData<Contract>, change: AppliedChange): RowEvent {
  return { contract, data, change };
}
