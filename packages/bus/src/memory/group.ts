/** One consumer group of the broker in memory: how far each partition has been read, and who has it right now. */
import type { Clock } from '../clock.ts';
import type { MemoryLog, StoredMessage } from './log.ts';

export interface Member {
  readonly types: ReadonlySet<string>;
  wake(): void;
}

/** Messages of partitions that belong to their taker until they are settled or given back. */
export interface Taken {
  readonly messages: readonly StoredMessage[];
  settle(): void;
  giveBack(options: { readonly withPause: boolean }): void;
}

export interface MemoryGroup {
  join(member: Member): void;
  leave(member: Member): void;
  /** At most `max` messages of the member's share that nobody else has. */
  take(member: Member, max: number): Taken | undefined;
  /** When the next partition that was given back may be taken again, in milliseconds since 1970. */
  nextFreeAt(): number | undefined;
  wake(): void;
}

export function createMemoryGroup(options: {
  readonly log: MemoryLog;
  readonly clock: Clock;
  readonly releasePauseMs: number;
  readonly from: 'now' | 'beginning';
}): MemoryGroup {
  const { log, clock, releasePauseMs, from } = options;
  const cursors = log.partitions.map((partition) => (from === 'now' ? partition.length : 0));
  /** Infinity while somebody has the partition. */
  const freeAt = log.partitions.map(() => 0);
  const members: Member[] = [];
  let turn = 0;
  const wake = () => members.forEach((member) => member.wake());

  /** Shares are by place in the group; a partition that another still has stays with it until its batch has ended. */
  const shareOf = (member: Member) => {
    const place = members.indexOf(member);
    const share = [...cursors.keys()].filter((partition) => partition % members.length === place && freeAt[partition]! <= clock.now());
    turn += 1;
    return share.map((_, index) => share[(index + turn) % share.length]!);
  };
  const takeFrom = (partition: number, types: ReadonlySet<string>, max: number) => {
    const messages: StoredMessage[] = [];
    const stored = log.partitions[partition]!;
    let end = cursors[partition]!;
    for (; end < stored.length && messages.length < max; end += 1) if (types.has(stored[end]!.type)) messages.push(stored[end]!);
    if (messages.length === 0) cursors[partition] = end;
    return { partition, end, messages };
  };
  const toTaken = (parts: readonly ReturnType<typeof takeFrom>[]): Taken => {
    const end = (finish: (part: (typeof parts)[number]) => void) => {
      parts.forEach(finish);
      wake();
    };
    for (const { partition } of parts) freeAt[partition] = Number.POSITIVE_INFINITY;
    return {
      messages: parts.flatMap(({ messages }) => messages),
      settle: () =>
        end(({ partition, end: read }) => {
          cursors[partition] = read;
          freeAt[partition] = 0;
        }),
      giveBack: ({ withPause }) => end(({ partition }) => (freeAt[partition] = withPause ? clock.now() + releasePauseMs : 0)),
    };
  };
  return {
    wake,
    join: (member) => void members.push(member),
    leave: (member) => {
      members.splice(members.indexOf(member), 1);
      wake();
    },
    take: (member, max) => {
      const parts: ReturnType<typeof takeFrom>[] = [];
      let left = max;
      for (const partition of shareOf(member)) {
        if (left === 0) break;
        const part = takeFrom(partition, member.types, left);
        left -= part.messages.length;
        if (part.messages.length > 0) parts.push(part);
      }
      return parts.length === 0 ? undefined : toTaken(parts);
    },
    nextFreeAt: () => {
      const pending = freeAt.filter((at) => at > clock.now() && at !== Number.POSITIVE_INFINITY);
      return pending.length === 0 ? undefined : Math.min(...pending);
    },
  };
}
