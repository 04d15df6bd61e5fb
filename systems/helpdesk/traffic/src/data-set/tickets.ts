/** Tickets and what has become of them: who changed what when, so that history, mails and rows agree. */
import { daysBeforeEnd, type Invention, toTime } from './invention.ts';
import type { GoneUser } from './people.ts';
import type { Status, TicketRow, UserRow } from './rows.ts';
import { inventDescription, inventTitles, longDescription } from './titles.ts';

const ticketsPerScale = 1_200;
const deletedPerScale = 983;
/** Changes of status of one scale; each is noted and told. */
const changesPerScale = 2_095;
const assignmentsPerScale = 600;
/** By those who are gone, in the first scale only. */
const changesByGone = 55;
const sharingTimes = 40;
const sharedBy = 5;
const oldestDays = 180;

export interface TicketEvent {
  readonly ticket: TicketRow;
  readonly at: number;
  /** Null: somebody who is gone. */
  readonly actorId: string | null;
  readonly change:
    | { readonly kind: 'status'; readonly oldStatus: Status; readonly newStatus: Status }
    | { readonly kind: 'assignment'; readonly assignee: UserRow | null };
}

export interface DeletedTicket {
  readonly id: string;
  readonly ownerId: string;
  readonly createdAt: number;
  readonly deletedAt: number;
}

export interface InventedTickets {
  readonly tickets: readonly TicketRow[];
  readonly events: readonly TicketEvent[];
  readonly deleted: readonly DeletedTicket[];
}

interface Draft {
  readonly ticket: TicketRow;
  readonly statuses: readonly Status[];
  readonly assignees: readonly (UserRow | null)[];
}

export function inventTickets(invention: Invention, users: readonly UserRow[], gone: readonly GoneUser[], scale: number): InventedTickets {
  const count = ticketsPerScale * scale;
  const times = createdTimes(invention, count);
  const titles = invention.shuffled(inventTitles(invention, count));
  const chains = statusChains(invention, count, changesPerScale * scale);
  const assignments = assignmentChains(invention, users, count, assignmentsPerScale * scale);
  const drafts = times.map((createdAt, index): Draft => {
    const assignees = assignments[index]!;
    const owner = assignees === ownOnly ? users[index % users.length]! : ownerBeside(invention, users, assignees.at(-1));
    const statuses = chains[index]!;
    const ticket = {
      id: invention.id(),
      userId: owner.id,
      title: titles[index]!,
      description: index === 7 ? longDescription() : inventDescription(invention),
      status: statuses.at(-1) ?? 'OPEN',
      createdAt: toTime(createdAt),
      updatedAt: toTime(createdAt),
      assignedToUserId: null,
    };
    return { ticket, statuses, assignees: assignees === ownOnly ? [owner] : assignees };
  });
  const lived = drafts.map((draft) => live(invention, draft, users));
  const events = lived.flatMap((one) => one.events).sort((one, other) => one.at - other.at);
  return {
    tickets: lived.map(({ ticket }) => ticket),
    events: withoutGone(events, gone),
    deleted: inventDeleted(invention, users, deletedPerScale * scale),
  };
}

/** Rising; forty of them in groups of five that share one. */
function createdTimes(invention: Invention, count: number): number[] {
  const times = Array.from({ length: count }, () => daysBeforeEnd(1 + (oldestDays - 1) * invention.next())).sort(
    (one, other) => one - other,
  );
  for (let index = 100; index < 100 + sharingTimes; index += 1)
    times[index] = times[100 + sharedBy * Math.floor((index - 100) / sharedBy)]!;
  return times;
}

/** 45 % end open, 25 % in progress, 30 % done; in all so many changes, each from one status to another. */
function statusChains(invention: Invention, count: number, changes: number): Status[][] {
  const ends: Status[] = Array.from({ length: count }, (_, index) =>
    index < count * 0.45 ? 'OPEN' : index < count * 0.7 ? 'IN_PROGRESS' : 'DONE',
  );
  const lengths: number[] = ends.map((end) => (end === 'OPEN' ? 0 : 1));
  let left = changes - lengths.reduce((sum, length) => sum + length, 0);
  while (left > 0) {
    const index = invention.below(count);
    const step = lengths[index] === 0 ? 2 : 1;
    if (step > left) continue;
    lengths[index]! += step;
    left -= step;
  }
  return invention.shuffled(ends.map((end, index) => chainTo(invention, end, lengths[index]!)));
}

/** From OPEN, with no status twice in a row. */
function chainTo(invention: Invention, end: Status, length: number): Status[] {
  const chain: Status[] = [];
  for (let before: Status = 'OPEN'; chain.length < length; before = chain.at(-1)!) {
    const isLast = chain.length === length - 1;
    const mayBeNext = (['OPEN', 'IN_PROGRESS', 'DONE'] as const).filter((status) => status !== before);
    // The last but one must leave room for the end.
    const isLastButOne = chain.length === length - 2;
    chain.push(isLast ? end : invention.pick(isLastButOne ? mayBeNext.filter((status) => status !== end) : mayBeNext));
  }
  return chain;
}

/** Stands for a ticket that is assigned to its owner. */
const ownOnly: readonly (UserRow | null)[] = [];

/** 35 % are assigned, 5 % to their owner; in all so many assignments, the others taken back or passed on. */
function assignmentChains(
  invention: Invention,
  users: readonly UserRow[],
  count: number,
  assignments: number,
): (readonly (UserRow | null)[])[] {
  const [own, others] = [count * 0.05, count * 0.3];
  const chains: (UserRow | null)[][] = Array.from({ length: others }, () => [invention.pick(users)]);
  for (let left = assignments - own - others; left > 0; left -= 1) {
    const chain = chains[invention.below(others)]!;
    chain.unshift(chain[0] !== null && invention.chance(0.3) ? null : invention.pick(users));
  }
  return invention.shuffled([
    ...Array.from({ length: own }, () => ownOnly),
    ...chains,
    ...Array.from({ length: count - own - others }, () => []),
  ]);
}

/** Somebody else than the assignee. */
function ownerBeside(invention: Invention, users: readonly UserRow[], assignee: UserRow | null | undefined): UserRow {
  for (;;) {
    const owner = invention.pick(users);
    if (owner !== assignee) return owner;
  }
}

/** What is to come of a ticket is spread over the time it has had, in any order between status and assignment. */
function live(
  invention: Invention,
  { ticket, statuses, assignees }: Draft,
  users: readonly UserRow[],
): { ticket: TicketRow; events: TicketEvent[] } {
  const administrators = users.filter(({ role }) => role === 'ADMIN');
  const kinds = invention.shuffled([...statuses.map(() => 'status' as const), ...assignees.map(() => 'assignment' as const)]);
  const from = Date.parse(ticket.createdAt);
  const span = daysBeforeEnd(0) - from;
  const moments = kinds.map(() => from + Math.ceil(span * invention.next())).sort((one, other) => one - other);
  const [nextStatus, nextAssignee] = [[...statuses], [...assignees]];
  const events: TicketEvent[] = [];
  let status: Status = 'OPEN';
  let assignee: UserRow | null = null;
  for (const [index, kind] of kinds.entries()) {
    const at = moments[index]!;
    if (kind === 'status') {
      const newStatus: Status = nextStatus.shift()!;
      events.push({ ticket, at, actorId: invention.pick(users).id, change: { kind, oldStatus: status, newStatus } });
      status = newStatus;
    } else {
      assignee = nextAssignee.shift()!;
      events.push({ ticket, at, actorId: invention.pick(administrators).id, change: { kind, assignee } });
    }
  }
  const lived = { ...ticket, assignedToUserId: assignee?.id ?? null, updatedAt: toTime(moments.at(-1) ?? from) };
  return { ticket: lived, events: events.map((event) => ({ ...event, ticket: lived })) };
}

/** Some changes of status were made by people who were deleted later. */
function withoutGone(events: readonly TicketEvent[], gone: readonly GoneUser[]): TicketEvent[] {
  const firstDeletion = Math.min(...gone.map(({ deletedAt }) => deletedAt));
  let left = changesByGone;
  return events.map((event) => {
    if (left === 0 || event.change.kind !== 'status' || event.at > firstDeletion) return event;
    left -= 1;
    return { ...event, actorId: null };
  });
}

function inventDeleted(invention: Invention, users: readonly UserRow[], count: number): DeletedTicket[] {
  return Array.from({ length: count }, () => {
    const createdAt = daysBeforeEnd(2 + (oldestDays - 2) * invention.next());
    const deletedAt = createdAt + Math.ceil((daysBeforeEnd(0) - createdAt) * invention.next());
    return { id: invention.id(), ownerId: invention.pick(users).id, createdAt, deletedAt };
  });
}
