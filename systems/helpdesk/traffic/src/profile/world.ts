// What the traffic has learned about the system on the way: who is signed in, which tickets there are, what became of them.
import { type Judgement, judgeByStatus, type TrafficAnswer } from '@banyan/proof';

export type Status = 'OPEN' | 'IN_PROGRESS' | 'DONE';

export interface SignedIn {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

export interface KnownTicket {
  readonly id: string;
  readonly ownerId: string;
  status: Status;
}

/** Somebody whom the traffic has signed up, and nobody else uses. */
export interface Newcomer extends SignedIn {
  password: string;
  role: 'AGENT' | 'ADMIN';
}

export interface World {
  readonly agents: SignedIn[];
  readonly administrators: SignedIn[];
  readonly newcomers: Newcomer[];
  /** Those that may be changed. After an answer that tells nothing nobody can say what a ticket should be: then it is left alone. */
  readonly tickets: KnownTicket[];
  /** Of them, those of the traffic itself; their titles are unique. */
  readonly ownTickets: KnownTicket[];
  /** Who changes a ticket waits for those who came before. */
  inTurn(ticketId: string, work: () => Promise<void>): Promise<void>;
}

export function createWorld(): World {
  const tails = new Map<string, Promise<void>>();
  return {
    agents: [],
    administrators: [],
    newcomers: [],
    tickets: [],
    ownTickets: [],
    inTurn: (ticketId, work) => {
      const done = (tails.get(ticketId) ?? Promise.resolve()).then(work);
      const tail = done.catch(() => {}); // whoever waits behind it does not fail with it
      tails.set(ticketId, tail);
      void tail.then(() => tails.get(ticketId) === tail && tails.delete(ticketId));
      return done;
    },
  };
}

/** The element that a random number in [0, 1) stands for: choices are drawn before it is known what there will be. */
export function at<Item>(items: readonly Item[], fraction: number): Item | undefined {
  return items[Math.floor(fraction * items.length)];
}

export function forget({ tickets, ownTickets }: World, ticket: KnownTicket): void {
  for (const list of [tickets, ownTickets]) if (list.includes(ticket)) list.splice(list.indexOf(ticket), 1);
}

/** These answers are as they should be; an error among them means that nothing was done. */
export function expecting(...statuses: readonly number[]): (answer: TrafficAnswer) => Judgement {
  return (answer) =>
    statuses.includes(answer.status)
      ? { outcome: answer.status < 400 ? 'done' : 'refused', ok: true }
      : { ...judgeByStatus()(answer), ok: false };
}
