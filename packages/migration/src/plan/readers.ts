/** What inside the monolith reads the tables of an extraction: as declared, and as the routes of the others say by their effects. */

import type { Extraction, MonolithReader, RouteDefinition } from '../definition.ts';

/** Whether it is the route of every request that no other route names. */
export function takesTheRest({ method, path }: Pick<RouteDefinition, 'method' | 'path'>): boolean {
  return method === '*' && path === '/*';
}

/** The declared ones first. Who takes the rest comes last of all: the monolith is the way back of the others. */
export function readersOf(it: Extraction, cutOver: Extraction | undefined, all: readonly Extraction[]): readonly MonolithReader[] {
  const declared = [...(it.readByMonolith ?? []), ...(cutOver?.readByMonolith ?? [])].map((reader) =>
    typeof reader === 'string' ? { what: reader } : reader,
  );
  const others = all.filter((other) => other !== it && other !== cutOver && other.cutsOver !== it.name);
  if ((it.routes ?? []).some(takesTheRest)) return [...declared, ...others.map(({ name }) => ({ what: 'it can still go back', by: name }))];
  const tables = [...(it.tables ?? []), ...(cutOver?.tables ?? [])].map(({ source }) => source);
  const known = new Set(declared.map((reader) => reader.by));
  return [...declared, ...others.filter(({ name }) => !known.has(name)).flatMap((other) => readingRoute(other, tables) ?? [])];
}

function readingRoute({ name, routes = [] }: Extraction, tables: readonly string[]): MonolithReader | undefined {
  const found = routes.find(({ effect }) => [...effect.reads, ...effect.writes].some((table) => tables.includes(table)));
  return found === undefined ? undefined : { what: `${found.method} ${found.path}`, by: name };
}
