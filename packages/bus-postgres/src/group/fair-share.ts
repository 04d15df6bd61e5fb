/** How many partitions a member of a group should have: as equal as can be, so that all shares together are all partitions. */

export interface Member {
  readonly pid: number;
  /** How many event types it reads. Members that know fewer than another leave the work to it: they would pass over the rest. */
  readonly types: number;
}

export function fairShare(partitions: number, members: readonly Member[], pid: number): number {
  const most = Math.max(...members.map(({ types }) => types));
  const working = members.filter(({ types }) => types === most).map((member) => member.pid);
  const place = working.toSorted((one, two) => one - two).indexOf(pid);
  if (place === -1) return 0;
  return Math.floor(partitions / working.length) + (place < partitions % working.length ? 1 : 0);
}
