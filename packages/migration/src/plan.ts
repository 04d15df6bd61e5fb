/** Turns the declared migration into a plan: defaults filled in, everything that would go wrong later refused now. */

import { MigrationError } from './errors.ts';
import type { Dependency, Extraction, MonolithReader, RouteDefinition, RowsToEvents, TableMove } from './definition.ts';
import { defaultGateSettings } from './gate-settings.ts';
import type { GateSettings } from './gate-settings.ts';
import type { StageShape } from './stages.ts';
import type { PlanOptions, PlanProblem } from './plan/problem.ts';
import { findProblems } from './plan/problems.ts';
import { readersOf, takesTheRest } from './plan/readers.ts';
import { checkShape } from './plan/shape.ts';

export interface PlannedRoute {
  /** `GET /api/auth/profile`. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly effect: RouteDefinition['effect'];
  /** May be answered by either side while both hold the data. */
  readonly shadowable: boolean;
  readonly compare?: NonNullable<RouteDefinition['compare']>;
  readonly concernsOthers: boolean;
  readonly issuesToken?: NonNullable<RouteDefinition['issuesToken']>;
  /** It writes, and what it writes can be done again on scratch copies. */
  readonly rehearsed: boolean;
  readonly noRehearsal?: string;
}

export interface PlannedExtraction {
  readonly name: string;
  /** The program that takes over; undefined for one without routes and tables. */
  readonly service?: string;
  readonly after: readonly Dependency[];
  readonly routes: readonly PlannedRoute[];
  readonly tables: readonly TableMove[];
  /** The extraction whose tables change owner with this one. */
  readonly cutsOver?: string;
  /** The extraction with which its own tables change owner. */
  readonly cutOverBy?: string;
  readonly events?: RowsToEvents;
  /** Services that learn in their own database who owns the tables. */
  readonly tells: readonly string[];
  /** Services that have done their part before a write of the owner counts as being everywhere; in this order. */
  readonly followedUpBy: readonly string[];
  readonly sidePrograms: readonly string[];
  /** Tables in which the service keeps work that it does by itself later. */
  readonly pendingWork: readonly string[];
  readonly gates: GateSettings;
  readonly noWayBack?: string;
  /** What in the monolith has to be gone before it is retired. */
  readonly readByMonolith: readonly MonolithReader[];
  /** Routes of the monolith that write the tables; while there is one, the extraction is held at canary. */
  readonly writtenByMonolith: readonly PlannedRoute[];
  readonly shape: StageShape;
}

export interface MigrationPlan {
  readonly system: string;
  readonly extractions: readonly PlannedExtraction[];
}

export type { PlanOptions, PlanProblem } from './plan/problem.ts';

/**
 * Checks a migration and fills in its defaults. Throws one MigrationError: the first problem's code, with all of them as
 * evidence; a shape that is wrong is `MIGRATION_FILE_SHAPE`.
 */
export function planMigration(definition: unknown, options: PlanOptions): MigrationPlan {
  const file = options.file ?? 'migration.ts';
  const checked = checkShape(definition, file);
  const problems = findProblems(checked, options.programs);
  const first = problems[0];
  if (first !== undefined) throw planError(file, first, problems);
  return { system: checked.system, extractions: checked.extractions.map((it) => planExtraction(it, checked.extractions)) };
}

function planError(file: string, first: PlanProblem, problems: readonly PlanProblem[]): MigrationError {
  const where = first.line === undefined ? file : `${file}:${first.line}`;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new MigrationError(first.code, `${where}: ${first.message}${more}`, { evidence: { problems } });
}

function planExtraction(definition: Extraction, all: readonly Extraction[]): PlannedExtraction {
  const { name, cutsOver } = definition;
  const routes = (definition.routes ?? []).map(planRoute);
  const tables = definition.tables ?? [];
  const cutOver = all.find((other) => other.name === cutsOver);
  const noWayBack = definition.noWayBack ?? cutOver?.noWayBack;
  const cutOverBy = all.find((other) => other.cutsOver === name)?.name;
  return {
    name,
    ...(definition.service === undefined ? {} : { service: definition.service }),
    after: (definition.after ?? []).map((it) => (typeof it === 'string' ? { extraction: it, atLeast: 'owner' } : it)),
    routes,
    tables,
    ...(cutsOver === undefined ? {} : { cutsOver }),
    ...(cutOverBy === undefined ? {} : { cutOverBy }),
    ...(definition.events === undefined ? {} : { events: definition.events }),
    tells: definition.tells ?? [],
    followedUpBy: definition.followedUpBy ?? [],
    sidePrograms: definition.sidePrograms ?? [],
    pendingWork: definition.pendingWork ?? [],
    gates: { ...defaultGateSettings, ...definition.gates },
    ...(noWayBack === undefined ? {} : { noWayBack }),
    readByMonolith: readersOf(definition, cutOver, all),
    writtenByMonolith: (definition.writtenByMonolith ?? []).map(planRoute),
    shape: {
      hasTables: tables.length > 0,
      cutsOver: cutsOver !== undefined,
      isCutOver: cutOverBy !== undefined,
      hasShadowableRoutes: routes.some((it) => it.shadowable),
      canaryShares: definition.canaryShares ?? [10, 50, 100],
    },
  };
}

function planRoute(route: RouteDefinition): PlannedRoute {
  const writesNothing = route.effect.writes.length === 0;
  return {
    id: `${route.method} ${route.path}`,
    method: route.method,
    path: route.path,
    effect: route.effect,
    shadowable: writesNothing && route.shadowable !== false,
    ...(route.compare === undefined ? {} : { compare: route.compare }),
    concernsOthers: route.concernsOthers === true,
    ...(route.issuesToken === undefined ? {} : { issuesToken: route.issuesToken }),
    rehearsed: !writesNothing && route.noRehearsal === undefined,
    ...(route.noRehearsal === undefined ? {} : { noRehearsal: route.noRehearsal }),
  };
}

/** The extraction by name; `MIGRATION_EXTRACTION_UNKNOWN` names those that exist. */
export function plannedExtraction(plan: MigrationPlan, name: string): PlannedExtraction {
  const found = plan.extractions.find((it) => it.name === name);
  if (found !== undefined) return found;
  const known = plan.extractions.map((it) => it.name).join(', ') || 'none';
  throw new MigrationError('MIGRATION_EXTRACTION_UNKNOWN', `There is no extraction "${name}"; this migration has: ${known}.`);
}

/** The extraction that takes every request no other one names; undefined when such requests stay with the monolith. */
export function restOf(plan: MigrationPlan): PlannedExtraction | undefined {
  return plan.extractions.find(({ routes }) => routes.some(takesTheRest));
}

/** The extraction whose tables change owner when this one does: itself, but for one that cuts another over. */
export function tablesMovedBy(plan: MigrationPlan, extraction: PlannedExtraction): PlannedExtraction {
  return extraction.cutsOver === undefined ? extraction : plannedExtraction(plan, extraction.cutsOver);
}

/** Those it comes after, and those they come after; each behind its own. */
export function predecessorsOf(plan: MigrationPlan, { after }: PlannedExtraction): readonly PlannedExtraction[] {
  const found: PlannedExtraction[] = [];
  for (const { extraction } of after) {
    const before = plannedExtraction(plan, extraction);
    for (const it of [...predecessorsOf(plan, before), before]) if (!found.includes(it)) found.push(it);
  }
  return found;
}
