/** Makes what a stream and a group need in the broker; what is there already and the same is left as it is, however many do it at once. */
import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel } from 'amqplib';
import type { Names } from './names.ts';

/** Exchanges. Declared with each new connection: a broker that lost its data gets them back. */
export async function declareStream(channel: Channel, names: Names): Promise<void> {
  await channel.assertExchange(names.events, 'direct', { durable: true, alternateExchange: names.unrouted });
  await channel.assertExchange(names.unrouted, 'fanout', { durable: true });
  await channel.assertExchange(names.members, 'direct', { durable: true });
}

export interface GroupTopology {
  readonly group: string;
  readonly types: ReadonlySet<string>;
  readonly partitions: number;
}

/** Declaring is waiting for the broker's disk: so many at a time. */
const channelsMax = 4;

/** AMQP's answer to a look at what is not there. */
const notFound = 404;

/** The queues of a group, one per partition; their names are on disk then. Nothing comes into them yet. */
export async function declareQueues(connection: ChannelModel, names: Names, { group, partitions }: GroupTopology): Promise<void> {
  const options = { durable: true, arguments: argumentsFor(connection) };
  await inChannels(
    connection,
    queuesOf(names, group, partitions),
    async (channel, [, queue]) => void (await channel.assertQueue(queue, options)),
  );
  const written = names.written(group);
  if (await isThere(connection, written)) return;
  await writeNamesDown(connection, `${names.queue(group, partitions)}.${randomUUID()}`);
  await inChannels(connection, [written], async (channel) => void (await channel.assertExchange(written, 'fanout', { durable: true })));
}

/** Binds each queue of the group to the types; bindings of before stay. */
export async function bindTypes(connection: ChannelModel, names: Names, { group, types, partitions }: GroupTopology): Promise<void> {
  await inChannels(connection, queuesOf(names, group, partitions), async (channel, [partition, queue]) => {
    for (const type of types) await channel.bindQueue(queue, names.events, names.routingKey(type, partition));
  });
}

function queuesOf(names: Names, group: string, partitions: number): readonly (readonly [partition: number, queue: string])[] {
  return Array.from({ length: partitions }, (_, partition) => [partition, names.queue(group, partition)]);
}

/**
 * RabbitMQ holds the name of the quorum queue made last in memory, for seconds (seen with 3.10.8): a kill in that time leaves an empty queue in its place,
 * and what was confirmed in it is lost. Making and removing another one writes the names before it to disk.
 */
async function writeNamesDown(connection: ChannelModel, queue: string): Promise<void> {
  const channel = await openChannel(connection);
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.deleteQueue(queue);
  await channel.close();
}

async function isThere(connection: ChannelModel, exchange: string): Promise<boolean> {
  const channel = await openChannel(connection);
  try {
    await channel.checkExchange(exchange);
  } catch (error) {
    if ((error as { code?: number }).code === notFound) return false; // which has closed the channel
    throw error;
  }
  await channel.close();
  return true;
}

async function inChannels<Item>(connection: ChannelModel, items: readonly Item[], work: (channel: Channel, item: Item) => Promise<void>) {
  const left = items.values();
  const workOn = async () => {
    const channel = await openChannel(connection);
    for (const item of left) await work(channel, item);
    await channel.close();
  };
  await Promise.all(Array.from({ length: Math.min(channelsMax, items.length) }, workOn));
}

async function openChannel(connection: ChannelModel): Promise<Channel> {
  const channel = await connection.createChannel();
  channel.on('error', () => {}); // rejects the call that is under way
  return channel;
}

/** Replicated, on disk, one consumer at a time; a limit that somebody sets on its length refuses new events instead of dropping old ones. */
function argumentsFor(connection: ChannelModel): Record<string, unknown> {
  return {
    'x-queue-type': 'quorum',
    'x-single-active-consumer': true,
    'x-overflow': 'reject-publish',
    // Before version 4 there is no limit unless one is asked for; from then on it has to be lifted, or the 21st delivery drops the event.
    ...(majorVersion(connection) >= 4 ? { 'x-delivery-limit': -1 } : {}),
  };
}

function majorVersion({ connection }: ChannelModel): number {
  return Number(connection.serverProperties.version.split('.')[0]);
}
