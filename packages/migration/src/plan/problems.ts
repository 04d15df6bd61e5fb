/** The planning checks: each finds what would lose data or strand a request later in the migration. */

import type { InventedRule } from '@banyan/gateway/route-table';
import type { Extraction, MigrationDefinition, RouteDefinition } from '../definition.ts';
import { declaredLine } from '../declared/place.ts';
import type { MigrationErrorCode } from '../errors.ts';
import type { PlanOptions, PlanProblem } from './problem.ts';

/** All problems of a migration in the order of the file; empty when it may be begun. */
export function findProblems(migration: MigrationDefinition, programs: PlanOptions['programs']): readonly PlanProblem[] {
  const extractions = migration.extractions;
  return [
    ...namesTwice(extractions),
    ...extractions.flatMap((it) => serviceProblems(it, programs)),
    ...afterProblems(extractions),
    ...routesWithoutEffect(extractions),
    ...routesTwice(extractions),
    ...tablesTwice(extractions),
    ...cutOverProblems(extractions),
    ...foreignWrites(extractions),
    ...waysBackMissing(extractions),
    ...needlessWriters(extractions),
    ...senselessComparisons(extractions),
    ...readersUnknown(extractions),
    ...rehearsalsImpossible(extractions, programs),
  ];
}

function problem(code: MigrationErrorCode, message: string, declared: unknown): PlanProblem {
  const line = declaredLine(declared);
  return { code, message, ...(line === undefined ? {} : { line }) };
}

function namesTwice(extractions: readonly Extraction[]): PlanProblem[] {
  return extractions
    .filter((it, index) => extractions.findIndex((other) => other.name === it.name) < index)
    .map((it) => problem('MIGRATION_NAME_TWICE', `the name "${it.name}" is used by two extractions.`, it));
}

function serviceProblems(it: Extraction, programs: PlanOptions['programs']): PlanProblem[] {
  const needsService = (it.routes ?? []).length > 0 || (it.tables ?? []).length > 0;
  if (it.service === undefined) {
    const message = `extraction "${it.name}" has routes or tables but names no service to take them.`;
    return needsService ? [problem('MIGRATION_SERVICE_UNKNOWN', message, it)] : [];
  }
  const known = Object.keys(programs).filter((name) => programs[name]?.role === 'service');
  const unknown = [
    ...(known.includes(it.service) ? [] : [`goes to service "${it.service}"`]),
    ...(it.tells ?? []).filter((name) => !known.includes(name)).map((name) => `tells service "${name}"`),
    ...(it.followedUpBy ?? []).filter((name) => !known.includes(name)).map((name) => `is followed up by service "${name}"`),
  ];
  return unknown.map((what) => {
    const message = `extraction "${it.name}" ${what}, which banyan.config.ts does not have (it has: ${known.join(', ') || 'none'}).`;
    return problem('MIGRATION_SERVICE_UNKNOWN', message, it);
  });
}

function afterNames(it: Extraction): readonly string[] {
  return (it.after ?? []).map((entry) => (typeof entry === 'string' ? entry : entry.extraction));
}

function afterProblems(extractions: readonly Extraction[]): PlanProblem[] {
  const byName = new Map(extractions.map((it) => [it.name, it]));
  const unknown = extractions.flatMap((it) =>
    afterNames(it)
      .filter((name) => !byName.has(name))
      .map((name) => problem('MIGRATION_AFTER_UNKNOWN', `extraction "${it.name}" comes after "${name}", which does not exist.`, it)),
  );
  const cycle = extractions.map((it) => ({ it, path: pathBackTo(it, byName) })).find((found) => found.path !== undefined);
  if (cycle?.path === undefined) return unknown;
  return [...unknown, problem('MIGRATION_AFTER_CYCLE', `"after" goes in a circle: ${cycle.path.join(' -> ')}.`, cycle.it)];
}

function readersUnknown(extractions: readonly Extraction[]): PlanProblem[] {
  return extractions.flatMap((it) =>
    (it.readByMonolith ?? []).flatMap((reader) => {
      if (typeof reader === 'string' || reader.by === undefined) return [];
      const isOther = reader.by !== it.name && extractions.some(({ name }) => name === reader.by);
      const message = `the tables of "${it.name}" are read in the monolith until "${reader.by}" is retired, which is no other extraction.`;
      return isOther ? [] : [problem('MIGRATION_READER_UNKNOWN', message, it)];
    }),
  );
}

/** A rehearsal starts the monolith on scratch copies; of one that is attached nobody has said how. */
function rehearsalsImpossible(extractions: readonly Extraction[], programs: PlanOptions['programs']): PlanProblem[] {
  const [monolith] = Object.entries(programs).find(([, { role, attached }]) => role === 'monolith' && attached !== undefined) ?? [];
  if (monolith === undefined) return [];
  return extractions
    .filter((it) => it.gates?.writesReplayed !== 0)
    .flatMap((it) =>
      (it.routes ?? [])
        .filter((route) => writesOf(route).length > 0 && route.noRehearsal === undefined)
        .map((route) => {
          const message = `route "${routeId(route)}" of "${it.name}" writes, and writes are rehearsed on a second "${monolith}", which is attached and not ours to start.`;
          return problem('MIGRATION_REHEARSAL_IMPOSSIBLE', message, declaredAt(it, route));
        }),
    );
}

/** Depth-first over `after`; the names from the extraction back to itself. */
function pathBackTo(start: Extraction, byName: ReadonlyMap<string, Extraction>): readonly string[] | undefined {
  const seen = new Set<string>();
  const walk = (at: Extraction, path: readonly string[]): readonly string[] | undefined => {
    for (const name of afterNames(at)) {
      if (name === start.name) return [...path, name];
      const next = byName.get(name);
      if (next === undefined || seen.has(name)) continue;
      seen.add(name);
      const found = walk(next, [...path, name]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(start, [start.name]);
}

function routesWithoutEffect(extractions: readonly Extraction[]): PlanProblem[] {
  return extractions.flatMap((it) =>
    allRoutesOf(it)
      .filter((route) => (route as Partial<RouteDefinition>).effect === undefined)
      .map((route) => problem('MIGRATION_ROUTE_NO_EFFECT', `route "${routeId(route)}" of "${it.name}" declares no effect.`, it)),
  );
}

/** Those that move and those that stay. */
function allRoutesOf(it: Extraction): readonly RouteDefinition[] {
  return [...(it.routes ?? []), ...(it.writtenByMonolith ?? [])];
}

function routeId(route: RouteDefinition): string {
  return `${route.method} ${route.path}`;
}

/** Paths are case-insensitive, a trailing slash is accepted, and the name of a parameter does not matter. */
function pathPattern(route: RouteDefinition): string {
  return route.path
    .split('/')
    .map((part) => (part.startsWith(':') ? ':' : part.toLowerCase()))
    .join('/')
    .replace(/(?<=.)\/$/, '');
}

function routesTwice(extractions: readonly Extraction[]): PlanProblem[] {
  const claims = extractions.flatMap((it) => allRoutesOf(it).map((route) => ({ it, route, pattern: pathPattern(route) })));
  return claims.flatMap((claim, index) => {
    const earlier = claims.slice(0, index).find((other) => other.pattern === claim.pattern && sameMethod(other.route, claim.route));
    if (earlier === undefined) return [];
    const message = `route "${routeId(claim.route)}" of "${claim.it.name}" is already claimed by "${earlier.it.name}" ("${routeId(earlier.route)}").`;
    return [problem('MIGRATION_ROUTE_TWICE', message, declaredAt(claim.it, claim.route))];
  });
}

function sameMethod(left: RouteDefinition, right: RouteDefinition): boolean {
  return left.method === right.method || left.method === '*' || right.method === '*';
}

/** The route's own line where it is known, else its extraction's. */
function declaredAt(it: Extraction, route: RouteDefinition): unknown {
  return declaredLine(route.effect) === undefined ? it : route.effect;
}

function tablesTwice(extractions: readonly Extraction[]): PlanProblem[] {
  const moves = extractions.flatMap((it) => (it.tables ?? []).map((table) => ({ it, table })));
  return moves.flatMap(({ it, table }, index) => {
    const earlier = moves.slice(0, index).find((other) => other.table.source === table.source);
    if (earlier === undefined) return [];
    const message = `table "${table.source}" is moved by "${earlier.it.name}" and by "${it.name}": two writers of one table.`;
    return [problem('MIGRATION_TABLE_TWO_WRITERS', message, it)];
  });
}

/** Whoever cuts tables over must be the only one to do so, and behind the extraction that has them. */
function cutOverProblems(extractions: readonly Extraction[]): PlanProblem[] {
  return extractions.flatMap((it) => {
    const { cutsOver } = it;
    if (cutsOver === undefined) return [];
    const of = extractions.find((other) => other.name === cutsOver);
    const another = extractions.find((other) => other.cutsOver === cutsOver && other.name !== it.name);
    const isBehind = (it.after ?? []).some(
      (entry) => typeof entry !== 'string' && entry.extraction === cutsOver && entry.atLeast === 'canary',
    );
    const why =
      (of?.tables ?? []).length === 0
        ? 'moves no tables'
        : of?.cutsOver !== undefined || (it.tables ?? []).length > 0
          ? 'cannot be taken along: the one moves tables, and the other writes them and moves none itself'
          : another !== undefined
            ? `is also cut over by "${another.name}"`
            : isBehind
              ? undefined
              : 'is not in its "after" with atLeast: "canary"';
    return why === undefined ? [] : [problem('MIGRATION_CUT_OVER_SENSELESS', `"${it.name}" cuts over "${cutsOver}", which ${why}.`, it)];
  });
}

interface Write {
  readonly it: Extraction;
  readonly route: RouteDefinition;
  readonly table: string;
}

function allWrites(extractions: readonly Extraction[]): readonly Write[] {
  return extractions.flatMap((it) => (it.routes ?? []).flatMap((route) => writesOf(route).map((table) => ({ it, route, table }))));
}

function writesOf(route: RouteDefinition): readonly string[] {
  return (route as Partial<RouteDefinition>).effect?.writes ?? [];
}

function moverOf(extractions: readonly Extraction[], table: string): Extraction | undefined {
  return extractions.find((it) => (it.tables ?? []).some((move) => move.source === table));
}

function foreignWrites(extractions: readonly Extraction[]): PlanProblem[] {
  return allWrites(extractions).flatMap(({ it, route, table }) => {
    const mover = moverOf(extractions, table);
    if (mover === undefined || mover.name === it.name) return [];
    const move = mover.tables?.find((candidate) => candidate.source === table);
    if (move?.insertOnlyWriters?.includes(it.name) || it.cutsOver === mover.name) return [];
    const message = `route "${routeId(route)}" of "${it.name}" writes "${table}", which "${mover.name}" moves.`;
    return [problem('MIGRATION_ROUTE_WRITES_MOVING_TABLE', message, declaredAt(it, route))];
  });
}

/** A table that nobody moves does not flow back: what the service writes there as owner the monolith would never see. */
function waysBackMissing(extractions: readonly Extraction[]): PlanProblem[] {
  return allWrites(extractions)
    .filter(({ it, table }) => it.noWayBack === undefined && moverOf(extractions, table) === undefined)
    .map(({ it, route, table }) => {
      const message = `route "${routeId(route)}" of "${it.name}" writes "${table}", which no extraction moves, so these writes could not be taken back.`;
      return problem('MIGRATION_NO_WAY_BACK', message, declaredAt(it, route));
    });
}

function needlessWriters(extractions: readonly Extraction[]): PlanProblem[] {
  return extractions.flatMap((it) =>
    (it.writtenByMonolith ?? [])
      .filter((route) => !(it.tables ?? []).some((table) => writesOf(route).includes(table.source)))
      .map((route) => {
        const message = `route "${routeId(route)}" stays with the monolith and writes no table that "${it.name}" moves.`;
        return problem('MIGRATION_WRITER_NEEDLESS', message, declaredAt(it, route));
      }),
  );
}

function senselessComparisons(extractions: readonly Extraction[]): PlanProblem[] {
  return extractions.flatMap((it) =>
    allRoutesOf(it).flatMap((route) =>
      comparisonProblems(it, route).map((why) =>
        problem('MIGRATION_COMPARE_SENSELESS', `route "${routeId(route)}" of "${it.name}" ${why}.`, declaredAt(it, route)),
      ),
    ),
  );
}

function comparisonProblems(it: Extraction, route: RouteDefinition): string[] {
  const { compare } = route;
  if (compare === undefined) return [];
  const { anyOrder, draws, drawnFrom, invented, tokens, announces, tellsOnce, about } = compare;
  const stays = (it.writtenByMonolith ?? []).includes(route);
  const ofWrite = announces !== undefined || tellsOnce !== undefined || about !== undefined;
  if (ofWrite && (stays || writesOf(route).length === 0 || route.noRehearsal !== undefined))
    return ['declares what comes of a write and is never rehearsed'];
  if (ofWrite && [anyOrder, draws, drawnFrom, invented, tokens].every((rule) => rule === undefined)) return [];
  const isCompared = writesOf(route).length === 0 && route.shadowable !== false && !stays;
  if (!isCompared) return ['declares how its answers are compared, and they never are'];
  if ([anyOrder, draws, drawnFrom, invented, tokens].every((rule) => rule === undefined))
    return ['declares a comparison that says nothing'];
  if (invented !== undefined && !tellsApart(invented)) return ['makes up values and does not say, by other fields, where'];
  if (drawnFrom === undefined) return [];
  if ([anyOrder, draws, invented, tokens].some((rule) => rule !== undefined))
    return ['is drawn as a whole, so that neither an order nor drawn or made-up fields are left'];
  const list = it.routes?.find((other) => other.method === 'GET' && pathPattern(other) === pathPattern({ ...route, path: drawnFrom }));
  if (list === undefined || drawnFrom.includes(':'))
    return [`is drawn from "${drawnFrom}", which is no GET route of "${it.name}" without parameters`];
  return list.compare?.drawnFrom === undefined && writesOf(list).length === 0 ? [] : [`is drawn from "${drawnFrom}", which is no list`];
}

function tellsApart({ where, fields }: InventedRule): boolean {
  const names = Object.keys(where);
  return names.length > 0 && names.every((name) => !fields.includes(name));
}
