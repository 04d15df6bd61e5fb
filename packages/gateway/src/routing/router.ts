/** A route table compiled once: which route a method and canonical path belong to. */
import { type ComparisonRules, isSafeRoute, type Route, type RouteTable } from '../route-table.ts';
import { canonicalPath, withSlashesDecoded } from './path.ts';

/** A route with everything a request needs worked out beforehand. */
export interface CompiledRoute {
  readonly id: string;
  readonly route: Route;
  /** May be asked twice. */
  readonly safe: boolean;
  readonly writes: boolean;
  /** The extractions whose readers see what this route writes and are now served by more than one program: its writers are pinned for them. */
  readonly pinsExtractions: readonly string[];
  /** What the route declares about its answers, with the fields that the list it is drawn from draws. */
  readonly compare: ComparisonRules | undefined;
  /** True when requests of a pinned client need a look at the pins. */
  readonly heedsPins: boolean;
}

export interface Router {
  readonly table: RouteTable;
  readonly routesById: ReadonlyMap<string, CompiledRoute>;
  /** Stands for every request that no route matches. */
  readonly unmatched: CompiledRoute;
  /** Extractions with a route that a program other than the fallback owns. */
  readonly extractionsOwnedByServices: readonly string[];
  /** The route of a request; undefined when the target is refused. */
  find(method: string, target: string): CompiledRoute | undefined;
}

interface Node {
  readonly statics: Map<string, Node>;
  readonly routes: Map<string, CompiledRoute>;
  readonly rest: Map<string, CompiledRoute>;
  parameter: Node | undefined;
}

/** Compiles a validated table. Cost: one hash look-up for paths without parameters, one walk over the segments otherwise. */
export function compileRouter(table: RouteTable): Router {
  const split = splitExtractions(table);
  const owned = new Set(
    table.routes.flatMap((route) => (route.extraction !== undefined && route.upstream !== table.fallback ? [route.extraction] : [])),
  );
  const compiled = table.routes.map((route) => compileRoute(route, split, table, owned.size > 0));
  const unmatched =
    compiled.find(({ route }) => isRest(route)) ?? compileRoute(unmatchedRoute(table.fallback), split, table, owned.size > 0);
  const exact = new Map<string, Map<string, CompiledRoute>>();
  const root = createNode();
  for (const entry of compiled) {
    if (entry === unmatched) continue;
    const path = entry.route.path.toLowerCase();
    if (!path.includes(':') && !path.includes('*')) {
      const byPath = exact.get(entry.route.method) ?? new Map<string, CompiledRoute>();
      exact.set(entry.route.method, byPath.set(path, entry));
    }
    insert(root, path, entry);
  }
  const lookUp = (method: string, path: string): CompiledRoute | undefined =>
    exact.get(method)?.get(path) ?? walk(root, path.split('/'), 1, method);
  const match = (method: string, path: string): CompiledRoute | undefined =>
    lookUp(method, path) ?? (method === 'HEAD' ? lookUp('GET', path) : undefined) ?? lookUp('*', path);
  return {
    table,
    routesById: new Map(compiled.map((entry) => [entry.id, entry])),
    unmatched,
    extractionsOwnedByServices: [...owned],
    find(method, target) {
      const path = canonicalPath(target);
      if (path === undefined) return undefined;
      const found = match(method, path);
      if (found !== undefined) return found;
      const second = withSlashesDecoded(path);
      return (second === undefined ? undefined : match(method, second)) ?? unmatched;
    },
  };
}

/** Takes what no other route matches, in any spelling; unlike other patterns it is not tried before the second reading of a path. */
function isRest({ method, path }: Route): boolean {
  return method === '*' && path === '/*';
}

export const unmatchedRouteId = 'unmatched';

function unmatchedRoute(fallback: string): Route {
  return { id: unmatchedRouteId, method: '*', path: '/', effect: { reads: [], writes: [] }, shadowable: false, upstream: fallback };
}

function compileRoute(route: Route, split: ReadonlyMap<string, ReadonlySet<string>>, table: RouteTable, anyOwned: boolean): CompiledRoute {
  const writes = route.effect.writes.length > 0;
  const pinsExtractions = writes
    ? [...split]
        .filter(([name, tables]) => name === route.extraction || route.effect.writes.some((written) => tables.has(written)))
        .map(([name]) => name)
    : [];
  const served = [route.upstream, route.canary?.upstream, route.fallbackUpstream];
  const heedsPins = (route.extraction !== undefined && split.has(route.extraction)) || (anyOwned && served.includes(table.fallback));
  return { id: route.id, route, safe: isSafeRoute(route), writes, pinsExtractions, compare: comparisonOf(route, table), heedsPins };
}

function comparisonOf({ compare }: Route, table: RouteTable): ComparisonRules | undefined {
  if (compare?.drawnFrom === undefined) return compare;
  const list = table.routes.find((route) => route.method === 'GET' && route.path === compare.drawnFrom);
  return { ...compare, draws: list?.compare?.draws ?? [] };
}

/** The extractions served by more than one program now, with the tables their routes touch. */
function splitExtractions(table: RouteTable): Map<string, Set<string>> {
  const active = new Set<string>();
  for (const route of table.routes) {
    const elsewhere = route.shadow !== undefined || route.canary !== undefined || route.upstream !== table.fallback;
    if (route.extraction !== undefined && elsewhere) active.add(route.extraction);
  }
  const tablesByExtraction = new Map<string, Set<string>>();
  for (const route of table.routes) {
    if (route.extraction === undefined || !active.has(route.extraction)) continue;
    const tables = tablesByExtraction.get(route.extraction) ?? new Set();
    for (const name of [...route.effect.reads, ...route.effect.writes]) tables.add(name);
    tablesByExtraction.set(route.extraction, tables);
  }
  return tablesByExtraction;
}

function createNode(): Node {
  return { statics: new Map(), routes: new Map(), rest: new Map(), parameter: undefined };
}

function insert(root: Node, path: string, entry: CompiledRoute): void {
  let node = root;
  for (const segment of path === '/' ? [] : path.split('/').slice(1)) {
    if (segment === '*') {
      node.rest.set(entry.route.method, entry);
      return;
    }
    if (segment.startsWith(':')) node = node.parameter ??= createNode();
    else {
      const next = node.statics.get(segment) ?? createNode();
      node.statics.set(segment, next);
      node = next;
    }
  }
  node.routes.set(entry.route.method, entry);
}

function walk(node: Node, segments: readonly string[], at: number, method: string): CompiledRoute | undefined {
  if (at >= segments.length || (at === 1 && segments.length === 2 && segments[1] === ''))
    return node.routes.get(method) ?? node.rest.get(method);
  const segment = segments[at]!;
  const next = node.statics.get(segment);
  const found = next && walk(next, segments, at + 1, method);
  if (found !== undefined) return found;
  const taken = node.parameter && segment !== '' ? walk(node.parameter, segments, at + 1, method) : undefined;
  return taken ?? node.rest.get(method);
}
