/**
 * A mark is a message that goes through a partition of a group and is answered when it has: everything that was put in before it has then been settled.
 * It is put into the queue past the exchange, and the reader that meets it answers with the batch that it lies in; no consumer sees it.
 */
import type { Channel, ConfirmChannel, ConsumeMessage, Message } from 'amqplib';
import { whileOpen } from '../amqp/while-open.ts';
import { createSilenceWatch } from '../publishing/silence-watch.ts';

const markType = 'banyan.mark';

export function isMark({ properties }: ConsumeMessage): boolean {
  return properties.type === markType;
}

/** Nothing comes of it when whoever asked is gone. */
export function answerMark(channel: Channel, { properties }: ConsumeMessage): void {
  const { replyTo, correlationId } = properties as { readonly replyTo?: unknown; readonly correlationId?: unknown };
  if (typeof replyTo === 'string' && typeof correlationId === 'string') channel.sendToQueue(replyTo, Buffer.alloc(0), { correlationId });
}

export interface MarkSender {
  /**
   * True when each of the queues that is there has been settled up to now; false when the broker confirms nothing any more: what it lost on its way to a
   * queue holds up all that the channel sends there, and has to be sent over another one. Rejects when the channel ends before.
   */
  send(queues: readonly string[]): Promise<boolean>;
}

export interface MarkSenderOptions {
  readonly channel: ConfirmChannel;
  /** While something is unconfirmed, the longest time without any confirm. */
  readonly confirmWithinMs: number;
  /** True while the broker takes nothing, for want of memory or disk. */
  readonly isBlocked: () => boolean;
}

/** A queue that cannot take a mark for now is asked again after so long. */
const againMs = 100;

interface Waiting {
  readonly done: (isSettled: boolean) => void;
  readonly fail: (reason: Error) => void;
}

export async function openMarkSender({ channel, confirmWithinMs: withinMs, isBlocked }: MarkSenderOptions): Promise<MarkSender> {
  const waiting = new Map<string, Waiting>();
  let [count, unconfirmed] = [0, 0];
  const endAll = (end: (one: Waiting) => void) => {
    for (const one of waiting.values()) end(one);
    waiting.clear();
  };
  const silence = createSilenceWatch({ withinMs, isExcused: isBlocked, onSilence: () => endAll(({ done }) => done(false)) });
  const answered = (mark: unknown) => {
    waiting.get(String(mark))?.done(true);
    waiting.delete(String(mark));
  };
  const { queue: replyTo } = await channel.assertQueue('', { exclusive: true, durable: false, autoDelete: true });
  await channel.consume(replyTo, (answer) => answered(answer?.properties.correlationId), { noAck: true, exclusive: true });
  // A queue that is not there has nothing in it.
  channel.on('return', ({ properties }: Message) => answered(properties.correlationId));
  channel.on('close', () => {
    silence.end();
    endAll(({ fail }) => fail(new Error('the channel was closed')));
  });
  const sendOne = (queue: string): Promise<boolean> => {
    const { promise, resolve: done, reject: fail } = Promise.withResolvers<boolean>();
    const correlationId = String((count += 1));
    waiting.set(correlationId, { done, fail });
    const options = { persistent: true, mandatory: true, type: markType, replyTo, correlationId };
    const put = (): void => {
      if (!waiting.has(correlationId)) return;
      whileOpen(() => {
        channel.sendToQueue(queue, Buffer.alloc(0), options, putAgainIfRefused);
        unconfirmed += 1;
        silence.begin();
      });
    };
    const putAgainIfRefused = (error: Error | null): void => {
      unconfirmed -= 1;
      silence.heard(unconfirmed > 0);
      if (error !== null) setTimeout(put, againMs).unref();
    };
    put();
    return promise;
  };
  return { send: async (queues) => (await Promise.all(queues.map(sendOne))).every(Boolean) };
}
