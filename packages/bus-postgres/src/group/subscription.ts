/** One subscription: a member of its group with partitions of its own, at most one batch under way. */
import { type Batch, BusError, type Delivery, type DriverSubscription, type SubscriptionOptions } from '@banyan/bus';
import { report } from '@banyan/bus/report';
import type { EventLog, EventLogOperations, StoredEvent } from '@banyan/event-store';
import { crashPoint } from '../crash-points.ts';
import { connect, type Connection } from '../postgres/connection.ts';
import { toBusError } from '../postgres/failure.ts';
import { joinGroup } from './join.ts';
import { balance, joinMembers } from './membership.ts';
import { moveCursors, readCursors } from './cursors.ts';
import { createWaiter } from './waiter.ts';

export interface SubscriptionSettings {
  readonly url: string;
  readonly name: string;
  readonly log: EventLog & EventLogOperations;
  readonly options: SubscriptionOptions;
  /** The net below wake-ups, and how soon partitions that became free are taken. */
  readonly pollMs: number;
  readonly releasePauseMs: number;
}

/** A cursor that has nothing to settle is stored all the same when it is this far behind. */
const unstoredMax = 10_000n;
/** An append that is under way holds back what has been committed after it, as a rule for some milliseconds. */
const heldBackPausesMs = [0, 1, 2, 4, 8, 16, 32];

interface Member extends Connection {
  readonly groupId: number;
  readonly begins: ReadonlyMap<string, bigint>;
  /** By owned partition: everything up to here is done with. */
  readonly read: Map<number, bigint>;
  /** As in the database. */
  readonly stored: Map<number, bigint>;
  balancedAtMs: number;
}

interface Taken {
  readonly member: Member;
  readonly events: readonly StoredEvent[];
  readonly through: bigint;
}

/** Resolves as a member of the group, which is made when it is new. */
export async function openSubscription(settings: SubscriptionSettings): Promise<DriverSubscription> {
  const subscription = new GroupSubscription(settings);
  await subscription.open();
  return subscription;
}

class GroupSubscription implements DriverSubscription {
  readonly #settings: SubscriptionSettings;
  readonly #types: ReadonlySet<string>;
  readonly #waiter = createWaiter();
  #member: Member | undefined;
  #unsettled: Taken | undefined;
  #pausedUntilMs = 0;
  /** How far the last look came that found nothing. */
  #through = 0n;
  /** How many looks in a row found that there is more than may be read yet. */
  #heldBack = 0;
  #isClosed = false;

  constructor(settings: SubscriptionSettings) {
    this.#settings = settings;
    this.#types = new Set(settings.options.types);
  }

  async open(): Promise<Member> {
    const { url, name, log, options } = this.#settings;
    const connection = await connect(url, `${name} ${options.group}`, this.#types, this.#waiter.wake);
    try {
      const known = await joinGroup(connection.client, log, options);
      await joinMembers(connection.client, known.id, this.#types.size);
      const member = { ...connection, groupId: known.id, begins: known.begins, read: new Map(), stored: new Map(), balancedAtMs: 0 };
      await this.#balance(member);
      this.#member = member;
      if (this.#isClosed) await this.#leave();
      return member;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async pull({
    max,
    waitMs,
    signal,
  }: {
    readonly max: number;
    readonly waitMs: number;
    readonly signal?: AbortSignal;
  }): Promise<Batch | undefined> {
    if (this.#unsettled !== undefined)
      throw new BusError('BUS_BATCH_UNSETTLED', `A batch of ${this.#unsettled.events.length} is not settled.`);
    const endAtMs = performance.now() + waitMs;
    signal?.addEventListener('abort', this.#waiter.wake, { once: true });
    try {
      while (!this.#isClosed && signal?.aborted !== true) {
        this.#waiter.listen();
        const pauseMs = this.#pausedUntilMs - performance.now();
        const taken = pauseMs > 0 ? { member: undefined, retryMs: pauseMs } : await this.#look(max);
        if (this.#isClosed) return undefined;
        if (taken.member !== undefined) return this.#hand(taken);
        const leftMs = endAtMs - performance.now();
        if (leftMs <= 0) return undefined;
        await this.#waiter.wait(Math.min(leftMs, taken.retryMs));
      }
      return undefined;
    } catch (error) {
      const lost = toBusError(error, `a pull of group "${this.#settings.options.group}"`);
      if (lost !== error || this.#member?.ended() !== undefined) await this.#leave();
      if (this.#isClosed) return undefined;
      throw lost;
    } finally {
      signal?.removeEventListener('abort', this.#waiter.wake);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unsettled = undefined;
    this.#waiter.wake();
    await this.#leave();
  }

  /** A batch, or when to look again at the latest. */
  async #look(max: number): Promise<Taken | { readonly member: undefined; readonly retryMs: number }> {
    const { log, pollMs } = this.#settings;
    const member = this.#member ?? (await this.open());
    const ended = member.ended();
    if (ended !== undefined) throw ended;
    if (performance.now() - member.balancedAtMs > pollMs) await this.#balance(member);
    if (member.read.size === 0) return { member: undefined, retryMs: pollMs };
    const page = await log.read({ after: member.read, limit: max, types: [...this.#types] });
    const events = page.events.filter(({ position, event }) => position > (member.begins.get(event.type) ?? 0n));
    if (events.length > 0) {
      this.#heldBack = 0;
      return { member, events, through: page.through };
    }
    const isHeldBack = page.more && this.#through === page.through;
    this.#heldBack = isHeldBack ? this.#heldBack + 1 : 0;
    this.#through = page.through;
    await this.#store(member, new Set(), page.through);
    if (!page.more) return { member: undefined, retryMs: pollMs };
    return { member: undefined, retryMs: heldBackPausesMs[this.#heldBack] ?? pollMs };
  }

  #hand(taken: Taken): Batch {
    this.#unsettled = taken;
    crashPoint('bus-postgres.pulled');
    return {
      deliveries: taken.events.map(toDelivery),
      settle: () => this.#settle(taken),
      release: async () => {
        if (this.#unsettled !== taken) return;
        this.#unsettled = undefined;
        this.#pausedUntilMs = performance.now() + this.#settings.releasePauseMs;
      },
    };
  }

  async #settle(taken: Taken): Promise<void> {
    if (this.#unsettled !== taken)
      throw new BusError('BUS_BATCH_LOST', 'The batch ended before it was settled: its subscription was closed, or it was released.');
    const { member, events, through } = taken;
    try {
      const ended = member.ended();
      if (ended !== undefined) throw ended;
      await this.#store(member, new Set(events.map(({ partition }) => partition)), through);
    } catch (error) {
      throw toBusError(error, `the settling of a batch of group "${this.#settings.options.group}"`);
    } finally {
      if (this.#unsettled === taken) this.#unsettled = undefined;
    }
    crashPoint('bus-postgres.settled');
  }

  /** Notes in the database what the partitions have done with, and what would otherwise be looked through again by the next owner. */
  async #store(member: Member, partitions: ReadonlySet<number>, through: bigint): Promise<void> {
    const moved = [...member.read.keys()].filter(
      (partition) => partitions.has(partition) || through - (member.stored.get(partition) ?? through) > unstoredMax,
    );
    if (moved.length > 0) await moveCursors(member.client, member.groupId, moved, through);
    for (const partition of moved) member.stored.set(partition, through);
    this.#pass(member, through);
  }

  #pass(member: Member, through: bigint): void {
    for (const [partition, position] of member.read) if (position < through) member.read.set(partition, through);
  }

  async #balance(member: Member): Promise<void> {
    const { log, options } = this.#settings;
    const before = member.read.size;
    const taken = await balance(member.client, { id: member.groupId, partitions: log.partitions }, member.read);
    member.balancedAtMs = performance.now();
    if (taken.length > 0) {
      for (const [partition, position] of await readCursors(member.client, member.groupId, taken)) {
        member.read.set(partition, position);
        member.stored.set(partition, position);
      }
    }
    if (member.read.size !== before)
      report('debug', 'bus-postgres.partitions.changed', 'A subscription has another share', {
        group: options.group,
        partitions: member.read.size,
      });
  }

  async #leave(): Promise<void> {
    const member = this.#member;
    this.#member = undefined;
    await member?.close();
  }
}

function toDelivery({ event, position }: StoredEvent): Delivery {
  return { content: event, partitionKey: event.partitionkey, position: String(position) };
}
