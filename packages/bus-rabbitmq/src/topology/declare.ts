/** Makes what a stream and a group need in the broker; what is there already and the same is left as it is, however many do it at once. */
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
  readonly types: readonly string[];
  readonly partitions: number;
}

/** Declaring is waiting for the broker's disk: so many at a time. */
const channelsMax = 4;

/** The queues of a group, one per partition, each bound to the types; bindings of before stay. */
export async function declareGroup(connection: ChannelModel, names: Names, topology: GroupTopology): Promise<void> {
  const partitions = Array.from({ length: topology.partitions }, (_, partition) => partition).values();
  const queueArguments = argumentsFor(connection);
  const declareNext = async () => {
    const channel = await connection.createChannel();
    channel.on('error', () => {}); // rejects the call that is under way
    for (const partition of partitions) {
      const queue = names.queue(topology.group, partition);
      await channel.assertQueue(queue, { durable: true, arguments: queueArguments });
      for (const type of topology.types) await channel.bindQueue(queue, names.events, names.routingKey(type, partition));
    }
    await channel.close();
  };
  await Promise.all(Array.from({ length: Math.min(channelsMax, topology.partitions) }, declareNext));
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
