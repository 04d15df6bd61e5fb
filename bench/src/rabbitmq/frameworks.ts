/** What NestJS programs use, brought to the same durability: by default neither confirms, keeps messages on disk and acknowledges after the handler. */
import type { EventEnvelope } from '@banyan/contract';
import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import { ClientRMQ, type RmqContext, ServerRMQ } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { type MakeContestant, queueArguments, type } from './contestant.ts';

const quiet = { log() {}, error() {}, warn() {}, debug() {}, verbose() {}, fatal() {} };

export const createGolevelup: MakeContestant = async ({ url, prefix, inFlight }) => {
  const queue = `${prefix}.golevelup`;
  const exchange = `${prefix}.golevelup.events`;
  const open = async () => {
    const connection = new AmqpConnection({
      name: queue,
      uri: url,
      logger: quiet,
      prefetchCount: inFlight,
      enableControllerDiscovery: false,
      exchanges: [{ name: exchange, type: 'direct' }],
      queues: [{ name: queue, exchange, routingKey: type, options: { durable: true, arguments: queueArguments } }],
      connectionInitOptions: { wait: true, timeout: 10_000 },
    });
    await connection.init();
    return connection;
  };
  const publishing = await open();
  return {
    name: '@golevelup/nestjs-rabbitmq',
    publish: (event) => publishing.publish(exchange, type, event, { persistent: true }),
    consume: async (handle) => {
      const consuming = await open();
      const options = { queue, queueOptions: { durable: true, arguments: queueArguments } };
      const heard = async (event: EventEnvelope | undefined) => handle(event!);
      await consuming.createSubscriber<EventEnvelope>(heard, options, 'bench');
      return { close: () => consuming.close() };
    },
    close: () => publishing.close(),
  };
};

export const createNest: MakeContestant = async ({ url, prefix, inFlight }) => {
  const queue = `${prefix}.nest`;
  const shared = { urls: [url], queue, queueOptions: { durable: true, arguments: queueArguments } };
  const client = new ClientRMQ({ ...shared, persistent: true });
  await client.connect();
  return {
    name: '@nestjs/microservices',
    publish: (event) => lastValueFrom(client.emit(type, event), { defaultValue: undefined }),
    consume: async (handle) => {
      const server = new ServerRMQ({ ...shared, noAck: false, prefetchCount: inFlight });
      const heard = async (event: EventEnvelope, context?: RmqContext) => {
        handle(event);
        (context!.getChannelRef() as { ack(message: unknown): void }).ack(context!.getMessage());
      };
      server.addHandler(type, heard, true);
      await new Promise<void>((resolve, reject) => {
        void server.listen((error?: unknown) => (error === undefined ? resolve() : reject(error)));
      });
      return { close: () => server.close() };
    },
    close: async () => client.close(),
  };
};
