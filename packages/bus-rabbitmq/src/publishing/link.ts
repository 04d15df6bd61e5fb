/** One connection with one confirming channel: sends in order, no faster than the broker takes, and hears what became of each event. */
import { type EventEnvelope, partitionOf } from '@banyan/contract';
import type { ConfirmChannel, Message } from 'amqplib';
import { type Connection, type ConnectionOptions, openConnection } from '../amqp/connection.ts';
import { declareStream } from '../topology/declare.ts';
import type { Names } from '../topology/names.ts';

export interface LinkOptions extends ConnectionOptions {
  readonly names: Names;
  readonly partitions: number;
  /** Called for each event that no queue is bound to. */
  readonly onUnrouted: (type: string) => void;
}

/** Sent and not yet confirmed, at most. */
const unconfirmedMax = 4_096;

/** CloudEvents over AMQP, structured: the body is the whole event. */
const contentType = 'application/cloudevents+json; charset=utf-8';

export class Link {
  readonly #connection: Connection;
  readonly #channel: ConfirmChannel;
  readonly #options: LinkOptions;
  #unconfirmed = 0;
  #isFull = false;
  #ended: Error | undefined;
  #onRoom: (() => void) | undefined;

  /** Declares the exchanges. Throws what openConnection() throws, and the broker's own errors. */
  static async open(options: LinkOptions, onEnd: () => void): Promise<Link> {
    const connection = await openConnection(options, onEnd);
    try {
      const channel = await connection.model.createConfirmChannel();
      const link = new Link(connection, channel, options);
      await declareStream(channel, options.names);
      return link;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  private constructor(connection: Connection, channel: ConfirmChannel, options: LinkOptions) {
    this.#connection = connection;
    this.#channel = channel;
    this.#options = options;
    channel.on('return', ({ properties }: Message) => options.onUnrouted(String(properties.type)));
    channel.on('drain', () => {
      this.#isFull = false;
      this.#wake();
    });
    channel.on('error', (error) => this.#end(error));
    channel.on('close', () => this.#end(connection.ended() ?? new Error('the channel was closed')));
  }

  /** Sends all of the batch; `confirmed` resolves with how many were refused, and rejects when the link ends before all is known. */
  async send(batch: readonly EventEnvelope[], signal?: AbortSignal): Promise<{ readonly confirmed: Promise<number> }> {
    const { promise: confirmed, resolve, reject } = Promise.withResolvers<number>();
    confirmed.catch(() => {}); // whoever awaits it hears it, also when sending fails before
    let [left, refused] = [batch.length, 0];
    const hear = (error: Error | null): void => {
      this.#unconfirmed -= 1;
      this.#wake();
      if (error !== null && this.#ended !== undefined) return reject(this.#ended);
      refused += error === null ? 0 : 1;
      left -= 1;
      if (left === 0) resolve(refused);
    };
    for (const event of batch) {
      while (this.#isFull || this.#unconfirmed >= unconfirmedMax) await this.#room(signal);
      this.#throwIfEnded();
      signal?.throwIfAborted();
      this.#sendOne(event, hear);
    }
    return { confirmed };
  }

  /** Ends it for everybody who waits, with this reason. */
  lose(reason: Error): void {
    this.#end(reason);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #sendOne(event: EventEnvelope, hear: (error: Error | null) => void): void {
    const { names, partitions } = this.#options;
    const { id, type, partitionkey } = event;
    const routingKey = names.routingKey(type, partitionOf(partitionkey === '' ? id : partitionkey, partitions));
    const options = { persistent: true, mandatory: true, contentType, messageId: id, type };
    this.#unconfirmed += 1;
    this.#isFull = !this.#channel.publish(names.events, routingKey, Buffer.from(JSON.stringify(event)), options, hear);
  }

  /** One send at a time waits here. */
  #room(signal?: AbortSignal): Promise<void> {
    this.#throwIfEnded();
    signal?.throwIfAborted();
    return new Promise<void>((resolve) => {
      const done = () => {
        signal?.removeEventListener('abort', done);
        resolve();
      };
      signal?.addEventListener('abort', done, { once: true });
      this.#onRoom = done;
    });
  }

  #wake(): void {
    this.#onRoom?.();
    this.#onRoom = undefined;
  }

  #throwIfEnded(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  #end(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#wake();
    this.#connection.lose(reason);
  }
}
