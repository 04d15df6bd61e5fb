/** A subscription while it is connected: its place among the members of its group, and readers of the partitions that are its share. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumeMessage } from 'amqplib';
import { report } from '@banyan/bus/report';
import { type Connection, type ConnectionOptions, openConnection } from '../amqp/connection.ts';
import { toBusError } from '../amqp/failure.ts';
import { bindTypes, declareQueues, declareStream } from '../topology/declare.ts';
import type { Names } from '../topology/names.ts';
import { isMark } from './marks.ts';
import { joinMembers, type Membership } from './membership.ts';
import { openPartitionReader, type PartitionReader } from './partition-reader.ts';
import { sharesOf } from './shares.ts';

export interface SessionOptions extends ConnectionOptions {
  readonly names: Names;
  readonly partitions: number;
  readonly group: string;
  readonly types: ReadonlySet<string>;
  /** Of one partition, sent ahead. */
  readonly prefetch: number;
  readonly pingMs: number;
  /** Called when there is something to take, and when the session has ended. */
  readonly onWake: () => void;
}

/** Messages in hand, by the partition that they are of. */
export interface Taken {
  readonly parts: readonly { readonly reader: PartitionReader; readonly messages: readonly ConsumeMessage[] }[];
}

export interface Session {
  /** The reason, once the connection has ended. */
  readonly ended: () => Error | undefined;
  /** The next of this member's share, at most so many, or undefined when nothing is here. One at a time. */
  take(max: number): Taken | undefined;
  /** Resolves when the broker has heard it. */
  settle(taken: Taken): Promise<void>;
  putBack(taken: Taken): void;
  /** Leaves the group; what is in hand comes again to others. */
  close(): Promise<void>;
}

/** Those who come at once, and the answers to each of them, are heard before work is shared anew. */
const gatherMs = 25;

/** A broker that is silent has not to be taken leave of. */
const leaveWithinMs = 3_000;

/** Resolves when the queues of the group are there and bound. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const connection = await openConnection(options, options.onWake);
  try {
    const channel = await connection.model.createChannel();
    channel.on('error', (error) => connection.lose(toBusError(error, 'its use')));
    await declareStream(channel, options.names);
    await declareQueues(connection.model, options.names, options);
    const session = new SharingSession(connection, options);
    const { names, group, types, pingMs } = options;
    const membership = await joinMembers({ channel, names, group, types, pingMs, onChange: () => session.share() });
    session.begin(membership);
    // Only now: whoever meets one of the types and does not know it finds somebody who does.
    await bindTypes(connection.model, names, options);
    return session;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class SharingSession implements Session {
  readonly #connection: Connection;
  readonly #options: SessionOptions;
  readonly #readers = new Map<number, PartitionReader>();
  #membership: Membership | undefined;
  #share: ReadonlySet<number> = new Set();
  #gathering: NodeJS.Timeout | undefined;
  #balancing = Promise.resolve();
  #turn = 0;
  #isClosed = false;
  /** Of types that nobody reads any more; and types about which the others are being asked. */
  readonly #passed = new WeakSet<ConsumeMessage>();
  readonly #asked = new Set<string>();

  constructor(connection: Connection, options: SessionOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  readonly ended = (): Error | undefined => this.#connection.ended();

  begin(membership: Membership): void {
    this.#membership = membership;
    this.share();
  }

  /** Who is there has changed. */
  share(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#balance();
    }, gatherMs);
  }

  take(max: number): Taken | undefined {
    for (;;) {
      const parts = this.#takeParts(max);
      if (parts.length === 0) return undefined;
      const wanted = parts.map(({ reader, messages }) => ({ reader, messages: messages.filter((message) => this.#isWanted(message)) }));
      if (wanted.some(({ messages }) => messages.length > 0)) return { parts: wanted };
      this.settle({ parts }).catch(() => {}); // the connection is lost, and they come again
    }
  }

  async settle({ parts }: Taken): Promise<void> {
    await Promise.all(parts.map(({ reader }) => reader.settle()));
    this.#giveUpSurplus(parts);
  }

  putBack({ parts }: Taken): void {
    for (const { reader } of parts) reader.putBack();
    this.#giveUpSurplus(parts);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#gathering);
    // Closing the connection would overtake what is settled on its channels.
    if (this.ended() === undefined) {
      const left = Promise.all([...[...this.#readers.values()].map((reader) => reader.close()), this.#membership?.leave()]);
      await Promise.race([left, delay(leaveWithinMs, undefined, { ref: false })]);
    }
    await this.#connection.close();
  }

  #takeParts(max: number): Taken['parts'] {
    const own = [...this.#readers].filter(([partition, { waiting }]) => waiting.length > 0 && this.#share.has(partition));
    this.#turn += 1;
    const parts: { reader: PartitionReader; messages: readonly ConsumeMessage[] }[] = [];
    let left = max;
    for (let place = 0; place < own.length && left > 0; place += 1) {
      const [, reader] = own[(place + this.#turn) % own.length]!;
      const unknown = reader.waiting.findIndex((message) => !this.#isTakeable(message));
      if (unknown === 0) this.#askAround(typeOf(reader.waiting[0]!));
      else {
        const messages = reader.take(unknown === -1 ? left : Math.min(left, unknown));
        left -= messages.length;
        parts.push({ reader, messages });
      }
    }
    return parts;
  }

  #isWanted(message: ConsumeMessage): boolean {
    return this.#options.types.has(typeOf(message));
  }

  #isTakeable(message: ConsumeMessage): boolean {
    return this.#isWanted(message) || isMark(message) || this.#passed.has(message);
  }

  /**
   * Types that the group read once stay bound to its queues, so nobody may want them any more; or somebody has just come who does. What came before the
   * question is passed over if the partitions stay here behind the answer.
   */
  #askAround(type: string): void {
    if (this.#asked.has(type)) return;
    this.#asked.add(type);
    const meant = [...this.#readers.values()].flatMap(({ waiting }) => waiting.filter((message) => typeOf(message) === type));
    void this.#membership?.askWhoReads(type).then(() => {
      this.#asked.delete(type);
      this.#balance();
      for (const message of meant) this.#passed.add(message);
      this.#options.onWake();
    });
  }

  #giveUpSurplus(parts: Taken['parts']): void {
    const kept = new Set([...this.#readers].filter(([partition]) => this.#share.has(partition)).map(([, reader]) => reader));
    if (parts.some(({ reader }) => !kept.has(reader))) this.#balance();
  }

  #balance(): void {
    const membership = this.#membership;
    if (membership === undefined) return;
    const { partitions, group } = this.#options;
    this.#share = new Set(sharesOf(partitions, membership.members(), membership.id));
    this.#balancing = this.#balancing
      .then(() => this.#follow())
      .catch((error: unknown) => this.#connection.lose(toBusError(error, `the sharing of group "${group}"`)));
  }

  /** Opens and closes readers until they are the share; what is in hand is left until it is done with. */
  async #follow(): Promise<void> {
    if (this.#isClosed || this.ended() !== undefined) return;
    const surplus = [...this.#readers].filter(([partition, { isTaken }]) => !this.#share.has(partition) && !isTaken);
    const missing = [...this.#share].filter((partition) => !this.#readers.has(partition));
    for (const [partition] of surplus) this.#readers.delete(partition);
    await Promise.all([...surplus.map(([, reader]) => reader.close()), ...missing.map((partition) => this.#read(partition))]);
    if (surplus.length + missing.length === 0) return;
    const { group } = this.#options;
    const fields = { group, partitions: this.#readers.size };
    report('debug', 'bus-rabbitmq.partitions.changed', 'A subscription has another share', fields);
  }

  async #read(partition: number): Promise<void> {
    const { names, group, prefetch, onWake } = this.#options;
    const queue = names.queue(group, partition);
    const onEnd = (reason: Error) => this.#connection.lose(toBusError(reason, 'reading'));
    this.#readers.set(
      partition,
      await openPartitionReader({ connection: this.#connection.model, queue, prefetch, onMessage: onWake, onEnd }),
    );
    onWake();
  }
}

function typeOf({ fields: { routingKey } }: ConsumeMessage): string {
  return routingKey.slice(0, routingKey.lastIndexOf('/'));
}
