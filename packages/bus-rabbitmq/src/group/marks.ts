/**
 * A mark is a message that goes through a partition of a group and is answered when it has: everything that was put in before it has then been settled.
 * It is put into the queue past the exchange, and the reader that meets it answers with the batch that it lies in; no consumer sees it.
 */
import type { Channel, ConfirmChannel, ConsumeMessage, Message } from 'amqplib';
import { whileOpen } from '../amqp/while-open.ts';

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
  /** Resolves when each of the queues that is there has been settled up to now; rejects when the channel ends before. */
  send(queues: readonly string[]): Promise<void>;
}

/** A queue that cannot take a mark for now is asked again after so long. */
const againMs = 100;

export async function openMarkSender(channel: ConfirmChannel): Promise<MarkSender> {
  const waiting = new Map<string, { readonly done: () => void; readonly fail: (reason: Error) => void }>();
  let count = 0;
  const answered = (mark: unknown) => {
    waiting.get(String(mark))?.done();
    waiting.delete(String(mark));
  };
  const { queue: replyTo } = await channel.assertQueue('', { exclusive: true, durable: false, autoDelete: true });
  await channel.consume(replyTo, (answer) => answered(answer?.properties.correlationId), { noAck: true, exclusive: true });
  // A queue that is not there has nothing in it.
  channel.on('return', ({ properties }: Message) => answered(properties.correlationId));
  channel.on('close', () => {
    for (const { fail } of waiting.values()) fail(new Error('the channel was closed'));
    waiting.clear();
  });
  const sendOne = (queue: string): Promise<void> => {
    const { promise, resolve: done, reject: fail } = Promise.withResolvers<void>();
    const correlationId = String((count += 1));
    waiting.set(correlationId, { done, fail });
    const options = { persistent: true, mandatory: true, type: markType, replyTo, correlationId };
    const put = (): void => {
      if (waiting.has(correlationId)) whileOpen(() => channel.sendToQueue(queue, Buffer.alloc(0), options, putAgainIfRefused));
    };
    const putAgainIfRefused = (error: Error | null): void => {
      if (error !== null) setTimeout(put, againMs).unref();
    };
    put();
    return promise;
  };
  return { send: async (queues) => void (await Promise.all(queues.map(sendOne))) };
}
