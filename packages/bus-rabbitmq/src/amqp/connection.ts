/** One connection to RabbitMQ: named, watched by heartbeats, and known to be lost the moment it is. */
import type { Socket } from 'node:net';
import { connect, type ChannelModel } from 'amqplib';
import { report } from '@banyan/bus/report';
import { BusRabbitmqError } from '../errors.ts';
import { toBusError } from './failure.ts';

export interface ConnectionOptions {
  readonly url: string;
  /** What the broker's list of connections calls it. */
  readonly name: string;
  /** A peer that is silent for twice as long is taken for dead. */
  readonly heartbeatS: number;
}

export interface Connection {
  readonly model: ChannelModel;
  /** The reason, once it has ended. */
  readonly ended: () => Error | undefined;
  /** True while the broker takes no events, for want of memory or disk. */
  readonly isBlocked: () => boolean;
  /** Ends it for everybody who uses it, with this reason. */
  lose(reason: Error): void;
  /** In order, at most three seconds; what was not settled comes again to others. */
  close(): Promise<void>;
}

const connectTimeoutMs = 10_000;
const closeTimeoutMs = 3_000;

/** Throws BUS_CONNECTION_LOST when nobody answers, BUS_RABBITMQ_REFUSED, BUS_RABBITMQ_SERVER_TOO_OLD. @param onEnd called once. */
export async function openConnection({ url, name, heartbeatS }: ConnectionOptions, onEnd: () => void): Promise<Connection> {
  const model = await connect(withHeartbeat(url, heartbeatS), {
    clientProperties: { connection_name: name },
    timeout: connectTimeoutMs,
    noDelay: true,
  }).catch((error: unknown) => {
    throw toBusError(error, 'the connecting');
  });
  let reason: Error | undefined;
  const end = (error: Error): void => {
    if (reason !== undefined) return;
    reason = error;
    onEnd();
  };
  model.on('error', (error) => end(toBusError(error, 'its use')));
  model.on('close', (error) => {
    end(toBusError(error ?? new Error('closed'), 'its use'));
    socketOf(model).destroySoon(); // of a peer that is gone it would keep the program from ending
  });
  let isBlocked = false;
  model.on('blocked', (why) => {
    isBlocked = true;
    report('warn', 'bus-rabbitmq.blocked', 'RabbitMQ takes no events for now; publishing waits', { why });
  });
  model.on('unblocked', () => {
    isBlocked = false;
    report('info', 'bus-rabbitmq.unblocked', 'RabbitMQ takes events again');
  });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= closeWithin(model));
  try {
    requireKnownServer(model);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    model,
    ended: () => reason,
    isBlocked: () => isBlocked,
    lose: (error) => {
      end(error);
      void close(); // never rejects
    },
    close,
  };
}

function withHeartbeat(url: string, heartbeatS: number): string {
  const given = new URL(url);
  if (!given.searchParams.has('heartbeat')) given.searchParams.set('heartbeat', String(heartbeatS));
  return given.href;
}

function requireKnownServer({ connection }: ChannelModel): void {
  const { product, version } = connection.serverProperties;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (product === 'RabbitMQ' && (major > 3 || (major === 3 && minor >= 10))) return;
  throw new BusRabbitmqError('BUS_RABBITMQ_SERVER_TOO_OLD', `The broker is ${product} ${version}.`);
}

/** A peer that is gone never answers the closing. */
async function closeWithin(model: ChannelModel): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, closeTimeoutMs)));
  const closing = new Promise<void>((resolve) => {
    model.on('close', () => resolve());
    model.close().then(resolve, () => resolve()); // it had ended before
  });
  await Promise.race([closing, late]).finally(() => clearTimeout(timer));
  socketOf(model).destroy();
}

function socketOf({ connection }: ChannelModel): Socket {
  return (connection as unknown as { readonly stream: Socket }).stream;
}
