/**
 * Reads one partition of a group on a channel of its own: what the broker has sent ahead, what is in hand, and settling.
 *
 * The channel is what is given up when the partition goes to another member: the broker then takes back everything unsettled and hands it on in one step,
 * in order. Cancelling the consumer would let the next one begin behind what is still in hand here.
 */
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { closeChannel } from '../amqp/close-channel.ts';
import { answerMark, isMark } from './marks.ts';

export interface PartitionReader {
  readonly queue: string;
  /** Here and not in hand, in order. */
  readonly waiting: readonly ConsumeMessage[];
  /** Something is in hand, or its settling not heard yet. */
  readonly isTaken: boolean;
  /** Those that wait first; they are in hand until settle() or putBack(). */
  take(count: number): readonly ConsumeMessage[];
  /** Resolves when the broker has heard it; rejects when the channel ends before: then they may come again. */
  settle(): Promise<void>;
  /** They are taken again, before what follows them. */
  putBack(): void;
  /** Everything unsettled goes back to the broker, in order. Idempotent. */
  close(): Promise<void>;
}

export interface PartitionReaderOptions {
  readonly connection: ChannelModel;
  readonly queue: string;
  /** So many are sent ahead at most. */
  readonly prefetch: number;
  readonly onMessage: () => void;
  /** The broker ended the reading: the queue was deleted, or something was in hand for longer than the broker allows. */
  readonly onEnd: (reason: Error) => void;
}

export async function openPartitionReader(options: PartitionReaderOptions): Promise<PartitionReader> {
  const { connection, queue, prefetch, onMessage, onEnd } = options;
  const channel: Channel = await connection.createChannel();
  const ahead: ConsumeMessage[] = [];
  let inHand: ConsumeMessage[] = [];
  let settling = 0;
  let closing: Promise<void> | undefined;
  channel.on('error', (error) => onEnd(error));
  channel.on('close', () => {
    if (closing === undefined) onEnd(new Error(`reading "${queue}" ended`));
  });
  await channel.prefetch(prefetch);
  await channel.consume(queue, (message) => {
    if (message === null) return onEnd(new Error(`RabbitMQ ended the reading of "${queue}"`));
    ahead.push(message);
    onMessage();
  });
  return {
    queue,
    waiting: ahead,
    get isTaken() {
      return inHand.length > 0 || settling > 0;
    },
    take: (count) => {
      inHand = ahead.splice(0, count);
      return inHand;
    },
    settle: async () => {
      const settled = inHand;
      inHand = [];
      if (settled.length === 0) return;
      channel.ack(settled.at(-1)!, true);
      for (const mark of settled.filter(isMark)) answerMark(channel, mark);
      // Nobody answers an acknowledgement. This changes nothing and is answered behind it.
      settling += 1;
      await channel.prefetch(prefetch).finally(() => (settling -= 1));
    },
    putBack: () => {
      ahead.unshift(...inHand);
      inHand = [];
    },
    close: () => (closing ??= closeChannel(channel)),
  };
}
