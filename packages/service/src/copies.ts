/** Shows what a service keeps of others to whoever compares it with its owner: `/internal/copies/:name`. */
import type { Projection } from './projection.ts';
import type { SnapshotPage } from './snapshot.ts';

/** Undefined when no copy has this name. The next page is asked for with `?after=<next>`. */
export async function findCopy(
  projections: readonly Pick<Projection<unknown>, 'name' | 'page'>[],
  wanted: string,
  query: URLSearchParams,
): Promise<SnapshotPage | undefined> {
  const copy = projections.find(({ name }) => name === wanted);
  return copy?.page(query.get('after') ?? '');
}
