/** The two clients alone: one quorum queue, a confirm for each event, an acknowledgement for each event. */
import type { EventEnvelope } from '@banyan/contract';
import { connect } from 'amqplib';
import { Connection } from 'rabbitmq-client';
import { type MakeContestant, queueArguments } from './contestant.ts';

export const createAmqplib: MakeContestant = async ({ url, prefix, inFlight }) => {
  const connection = await connect(url, { noDelay: true });
  const queue = `${prefix}.amqplib`;
  const publishing = await connection.createConfirmChannel();
  await publishing.assertQueue(queue, { durable: true, arguments: queueArguments });
  return {
    name: 'amqplib',
    publish: (event) =>
      new Promise<void>((resolve, reject) => {
        const heard = (error: Error | null) => (error === null ? resolve() : reject(error));
        publishing.publish('', queue, Buffer.from(JSON.stringify(event)), { persistent: true }, heard);
      }),
    consume: async (handle) => {
      const consuming = await connect(url, { noDelay: true });
      const channel = await consuming.createChannel();
      await channel.prefetch(inFlight);
      await channel.consume(queue, (message) => {
        handle(JSON.parse(message!.content.toString('utf8')) as EventEnvelope);
        channel.ack(message!);
      });
      return { close: () => consuming.close() };
    },
    close: () => connection.close(),
  };
};

export const createRabbitmqClient: MakeContestant = async ({ url, prefix, inFlight }) => {
  const connection = new Connection(url);
  const queue = `${prefix}.rabbitmq-client`;
  await connection.queueDeclare({ queue, durable: true, arguments: queueArguments });
  const publisher = connection.createPublisher({ confirm: true });
  return {
    name: 'rabbitmq-client',
    publish: (event) => publisher.send({ routingKey: queue, durable: true }, event),
    consume: async (handle) => {
      const consuming = new Connection(url);
      const queueOptions = { durable: true, arguments: queueArguments };
      const consumer = consuming.createConsumer({ queue, queueOptions, qos: { prefetchCount: inFlight } }, async ({ body }) => {
        handle(body as EventEnvelope);
      });
      return {
        close: async () => {
          await consumer.close();
          await consuming.close();
        },
      };
    },
    close: async () => {
      await publisher.close();
      await connection.close();
    },
  };
};
