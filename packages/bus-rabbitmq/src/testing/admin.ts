/** What a test does to the broker past the driver: messages of foreign programs, queues of others, and removing everything that a test made. */
import { partitionOf } from '@banyan/contract';
import { connect, type ConfirmChannel } from 'amqplib';
import { namesOf } from '../topology/names.ts';

/** A channel of its own, closed with its connection afterwards. */
export async function withChannel<Result>(url: string, work: (channel: ConfirmChannel) => Promise<Result>): Promise<Result> {
  const connection = await connect(url);
  connection.on('error', () => {}); // rejects the call that is under way
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => {});
    return await work(channel);
  } finally {
    await connection.close();
  }
}

export interface Place {
  readonly url: string;
  readonly prefix: string;
  readonly partitions: number;
}

/** Any text, as another program may put it in. */
export async function putText(place: Place, message: { readonly type: string; readonly partitionKey: string; readonly text: string }) {
  const names = namesOf(place.prefix, place.partitions);
  const { type, partitionKey, text } = message;
  await withChannel(place.url, async (channel) => {
    const routingKey = names.routingKey(type, partitionOf(partitionKey, place.partitions));
    channel.publish(names.events, routingKey, Buffer.from(text), { persistent: true, headers: { partitionkey: partitionKey } });
    await channel.checkExchange(names.events); // answered behind it
  });
}

export async function removeAll(place: Place, groups: readonly string[]): Promise<void> {
  const names = namesOf(place.prefix, place.partitions);
  await withChannel(place.url, async (channel) => {
    for (const group of groups)
      for (let partition = 0; partition < place.partitions; partition += 1) await channel.deleteQueue(names.queue(group, partition));
    const exchanges = [names.events, names.unrouted, names.members, ...groups.map((group) => names.written(group))];
    for (const exchange of exchanges) await channel.deleteExchange(exchange);
  });
}
