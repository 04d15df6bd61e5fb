/** What everything is called in the broker. All of it begins with one prefix, so that it is found and removed together. */

export interface Names {
  /** Takes every event; direct, by type and partition. */
  readonly events: string;
  /** Takes what no queue is bound to. No queue of ours is; its name carries the number of partitions, which the broker then holds every publisher to. */
  readonly unrouted: string;
  /** Tells the members of a group of each other; direct, by group, and by who reads a type. */
  readonly members: string;
  /** Is there when the queues of the group are written down; nothing is bound to it. */
  written(group: string): string;
  readers(group: string, type: string): string;
  queue(group: string, partition: number): string;
  routingKey(type: string, partition: number): string;
}

export function namesOf(prefix: string, partitions: number): Names {
  return {
    events: `${prefix}.events`,
    unrouted: `${prefix}.unrouted.${partitions}`,
    members: `${prefix}.members`,
    written: (group) => `${prefix}.${group}.written`,
    readers: (group, type) => `${group}/${type}`,
    queue: (group, partition) => `${prefix}.${group}.${partition}`,
    routingKey: (type, partition) => `${type}/${partition}`,
  };
}
