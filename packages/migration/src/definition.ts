/** The language of `migration.ts`: a system's extractions with their routes, tables, side programs and gates. */

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
  /** After this write the user of the token in the `Location` header's parameter is the writer. */
  readonly issuesToken?: { readonly from: 'location'; readonly parameter: string };
}

/** A table that moves; columns are matched by name. */
export interface TableMove {
  readonly source: string;
  readonly target: string;
  /** Extractions whose routes may also insert into it (never update or delete). They must be owners before this one can be. */
  readonly insertOnlyWriters?: readonly string[];
}

/** An extraction that must have come at least as far as `atLeast` (default `owner`) before this one serves live requests. */
export interface Dependency {
  readonly extraction: string;
  readonly atLeast: Exclude<Stage, 'planned'>;
}

export interface ExtractionDefinition {
  /** The program in `banyan.config.ts` that takes over. */
  readonly service?: string;
  /** A bare name means: at least `owner`. */
  readonly after?: readonly (string | Dependency)[];
  readonly routes?: readonly RouteDefinition[];
  readonly tables?: readonly TableMove[];
  /** Programs of the monolith (mailers, crons, pollers) that write the tables: stopped before the fence, started on the way back. */
  readonly sidePrograms?: readonly string[];
  /** Percent of users, rising to 100. Default 10, 50, 100. */
  readonly canaryShares?: readonly number[];
  readonly gates?: Partial<GateSettings>;
  /** Admits, with the reason, that writes made as owner would not flow back; `back` from `owner` is then refused. */
  readonly noWayBack?: string;
  /** What inside the monolith still reads the tables; the extraction cannot be retired while this is not empty. */
  readonly readByMonolith?: readonly string[];
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
