/** Counts afterwards what a consumer group did with what was published: nothing lost, nothing twice, every key in its order. */

export interface Consumption {
  /** Ids in the order in which they were published, by key. */
  readonly published: ReadonlyMap<string, readonly string[]>;
  /** Ids in the order in which their effects were committed. */
  readonly effects: readonly string[];
  /** Ids of what is set aside, oldest first. */
  readonly setAside: readonly string[];
}

/** One sentence per finding; empty when all is well. */
export function findProblems({ published, effects, setAside }: Consumption): string[] {
  const kept = [...effects, ...setAside];
  const all = [...published.values()].flat();
  return [
    ...all.filter((id) => !kept.includes(id)).map((id) => `${id} is lost`),
    ...effects.filter((id, index) => effects.indexOf(id) !== index).map((id) => `${id} took effect twice`),
    ...effects.filter((id) => setAside.includes(id)).map((id) => `${id} took effect and is set aside`),
    ...kept.filter((id) => !all.includes(id)).map((id) => `${id} was never published`),
    ...[...published].flatMap(([key, ids]) => findDisorder(key, ids, kept)),
  ];
}

/** What took effect comes first in a key, what is set aside follows. */
function findDisorder(key: string, published: readonly string[], kept: readonly string[]): string[] {
  const ofKey = [...new Set(kept.filter((id) => published.includes(id)))];
  const expected = published.filter((id) => ofKey.includes(id));
  return ofKey.join() === expected.join() ? [] : [`"${key}" was handled in the order ${ofKey.join()}, published ${expected.join()}`];
}
