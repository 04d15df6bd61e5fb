/** Which partitions each member of a group works on: all of them, none twice, as equal as can be, and the same answer at every member. */

export interface Member {
  /** The name of its own queue in the broker. */
  readonly id: string;
  /** How many event types it reads. Members that know fewer than another leave the work to it: they would pass over the rest. */
  readonly types: number;
}

export function sharesOf(partitions: number, members: readonly Member[], id: string): readonly number[] {
  const most = Math.max(...members.map(({ types }) => types));
  const working = members.filter(({ types }) => types === most).map((member) => member.id);
  const place = working.toSorted().indexOf(id);
  if (place === -1) return [];
  return Array.from({ length: partitions }, (_, partition) => partition).filter((partition) => partition % working.length === place);
}
