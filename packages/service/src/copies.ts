/** Shows what a service keeps of others to whoever compares it with its owner: `/internal/copies/<projection>`. */
import type { Projection } from './projection.ts';
import type { SnapshotPage } from './snapshot.ts';

/** Undefined when no copy is at this path. The next page is asked for with `?after=<next>`. */
export async function findCopy(
  projections: readonly Pick<Projection<unknown>, 'name' | 'page'>[],
  path: string,
  query: URLSearchParams,
): Promise<SnapshotPage | undefined> {
  const copy = projections.find(({ name }) => path === `/internal/copies/${name}`);
  return copy?.page(query.get('after') ?? '');
}
