/** Turns the declared migration into a plan: defaults filled in, everything that would go wrong later refused now. */

import { MigrationError } from './errors.ts';
import type { Dependency, ExtractionDefinition, RouteDefinition, TableMove } from './definition.ts';
import { defaultGateSettings } from './gate-settings.ts';
import type { GateSettings } from './gate-settings.ts';
import type { StageShape } from './stages.ts';
import type { PlanOptions, PlanProblem } from './plan/problem.ts';
import { findProblems } from './plan/problems.ts';
import { checkShape } from './plan/shape.ts';

export interface PlannedRoute {
  /** `GET /api/auth/profile`. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly effect: RouteDefinition['effect'];
  /** May be answered by either side while both hold the data. */
  readonly shadowable: boolean;
  readonly issuesToken?: NonNullable<RouteDefinition['issuesToken']>;
}

export interface PlannedExtraction {
  readonly name: string;
  /** The program that takes over; undefined for one without routes and tables. */
  readonly service?: string;
  readonly after: readonly Dependency[];
  readonly routes: readonly PlannedRoute[];
  readonly tables: readonly TableMove[];
  readonly sidePrograms: readonly string[];
  readonly gates: GateSettings;
  readonly noWayBack?: string;
  readonly readByMonolith: readonly string[];
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
  return { system: checked.system, extractions: checked.extractions.map((it) => planExtraction(it.name, it)) };
}

function planError(file: string, first: PlanProblem, problems: readonly PlanProblem[]): MigrationError {
  const where = first.line === undefined ? file : `${file}:${first.line}`;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new MigrationError(first.code, `${where}: ${first.message}${more}`, { evidence: { problems } });
}

function planExtraction(name: string, definition: ExtractionDefinition): PlannedExtraction {
  const routes = (definition.routes ?? []).map(planRoute);
  const tables = definition.tables ?? [];
  return {
    name,
    ...(definition.service === undefined ? {} : { service: definition.service }),
    after: (definition.after ?? []).map((it) => (typeof it === 'string' ? { extraction: it, atLeast: 'owner' } : it)),
    routes,
    tables,
    sidePrograms: definition.sidePrograms ?? [],
    gates: { ...defaultGateSettings, ...definition.gates },
    ...(definition.noWayBack === undefined ? {} : { noWayBack: definition.noWayBack }),
    readByMonolith: definition.readByMonolith ?? [],
    shape: {
      hasTables: tables.length > 0,
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
    ...(route.issuesToken === undefined ? {} : { issuesToken: route.issuesToken }),
  };
}

/** The extraction by name; `MIGRATION_EXTRACTION_UNKNOWN` names those that exist. */
export function plannedExtraction(plan: MigrationPlan, name: string): PlannedExtraction {
  const found = plan.extractions.find((it) => it.name === name);
  if (found !== undefined) return found;
  const known = plan.extractions.map((it) => it.name).join(', ') || 'none';
  throw new MigrationError('MIGRATION_EXTRACTION_UNKNOWN', `There is no extraction "${name}"; this migration has: ${known}.`);
}
