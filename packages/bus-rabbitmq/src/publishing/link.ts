/**
 * One connection with one confirming channel: sends in order, no faster than the broker takes, and hears what became of each event.
 *
 * A link that was refused something, or has heard nothing for too long, is ended: whoever published on it does so again, in order, on another one.
 * So that nothing of a key can be taken while something before it is refused, the first event of a type and partition is confirmed before the next of
 * that partition is sent: RabbitMQ registers a channel with a queue at its first message there, and what it refuses is refused then.
 */
import { type EventEnvelope, partitionOf } from '@banyan/contract';
import type { ConfirmChannel, Message } from 'amqplib';
import { type Connection, type ConnectionOptions, openConnection } from '../amqp/connection.ts';
import { BusRabbitmqError } from '../errors.ts';
import { declareStream } from '../topology/declare.ts';
import type { Names } from '../topology/names.ts';
import { createSilenceWatch, type SilenceWatch } from './silence-watch.ts';

export interface LinkOptions extends ConnectionOptions {
  readonly names: Names;
  readonly partitions: number;
  /** Without any confirm for so long, while one is waited for and the broker has not asked to wait, the link is ended. */
  readonly confirmWithinMs: number;
  /** Called for each event that no queue is bound to. */
  readonly onUnrouted: (type: string) => void;
}

/** Sent and not yet confirmed, at most. */
const unconfirmedMax = 4_096;

/** CloudEvents over AMQP, structured: the body is the whole event. */
const contentType = 'application/cloudevents+json; charset=utf-8';

/** What is to be heard of one batch. */
interface Tally {
  left: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

export class Link {
  readonly #connection: Connection;
  readonly #channel: ConfirmChannel;
  readonly #options: LinkOptions;
  readonly #silence: SilenceWatch;
  /** Routing keys whose queues all know this channel. */
  readonly #known = new Set<string>();
  /** Partitions with an event under way whose routing key is not known yet. */
  readonly #held = new Set<number>();
  /** Batches that were sent and of which not everything is heard. */
  readonly #open = new Set<Tally>();
  #unconfirmed = 0;
  #isFull = false;
  #ended: Error | undefined;
  #onChange: (() => void) | undefined;

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
    const { confirmWithinMs: withinMs, onUnrouted } = options;
    this.#silence = createSilenceWatch({ withinMs, isExcused: connection.isBlocked, onSilence: () => this.end(silent(withinMs)) });
    channel.on('return', ({ properties }: Message) => onUnrouted(String(properties.type)));
    channel.on('drain', () => {
      this.#isFull = false;
      this.#wake();
    });
    channel.on('error', (error) => this.end(error));
    // Before amqplib's own listener, which tells each that is unconfirmed as if it had been refused.
    channel.prependListener('close', () => this.end(connection.ended() ?? new Error('the channel was closed')));
  }

  /** Sends all of the batch; `confirmed` resolves when the broker has all of it, and rejects when the link ends before. */
  async send(batch: readonly EventEnvelope[], signal?: AbortSignal): Promise<{ readonly confirmed: Promise<void> }> {
    const { promise: confirmed, resolve, reject } = Promise.withResolvers<void>();
    confirmed.catch(() => {}); // whoever awaits it hears it
    const tally: Tally = { left: batch.length, resolve, reject };
    for (const event of batch) {
      const { id, type, partitionkey } = event;
      const partition = partitionOf(partitionkey === '' ? id : partitionkey, this.#options.partitions);
      while (this.#isFull || this.#unconfirmed >= unconfirmedMax || this.#held.has(partition)) await this.#change(signal);
      this.#throwIfEnded();
      signal?.throwIfAborted();
      this.#sendOne(event, { partition, routingKey: this.#options.names.routingKey(type, partition), tally });
    }
    if (tally.left > 0) this.#open.add(tally);
    return { confirmed };
  }

  /** For everybody who waits, with this reason. */
  end(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#silence.end();
    for (const { reject } of this.#open) reject(reason);
    this.#open.clear();
    this.#wake();
    this.#connection.lose(reason);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #sendOne(event: EventEnvelope, { partition, routingKey, tally }: { partition: number; routingKey: string; tally: Tally }): void {
    const isFirst = !this.#known.has(routingKey);
    const hear = (error: Error | null): void => {
      if (this.#ended !== undefined) return;
      if (error !== null)
        return this.end(new BusRabbitmqError('BUS_RABBITMQ_PUBLISH_REFUSED', `RabbitMQ refused an event of type ${event.type}.`));
      this.#unconfirmed -= 1;
      this.#silence.heard(this.#unconfirmed > 0);
      if (isFirst) {
        this.#known.add(routingKey);
        this.#held.delete(partition);
      }
      this.#wake();
      tally.left -= 1;
      if (tally.left > 0) return;
      this.#open.delete(tally);
      tally.resolve();
    };
    const { names } = this.#options;
    const options = { persistent: true, mandatory: true, contentType, messageId: event.id, type: event.type };
    this.#isFull = !this.#channel.publish(names.events, routingKey, Buffer.from(JSON.stringify(event)), options, hear);
    if (isFirst) this.#held.add(partition);
    this.#unconfirmed += 1;
    this.#silence.begin();
  }

  /** One send at a time waits here. */
  #change(signal?: AbortSignal): Promise<void> {
    this.#throwIfEnded();
    signal?.throwIfAborted();
    return new Promise<void>((resolve) => {
      const done = () => {
        signal?.removeEventListener('abort', done);
        resolve();
      };
      signal?.addEventListener('abort', done, { once: true });
      this.#onChange = done;
    });
  }

  #wake(): void {
    this.#onChange?.();
    this.#onChange = undefined;
  }

  #throwIfEnded(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }
}

function silent(withinMs: number): Error {
  return new Error(`it confirmed nothing for ${withinMs / 1_000} s`);
}
