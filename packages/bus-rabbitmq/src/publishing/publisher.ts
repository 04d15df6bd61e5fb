/** Publishes batches in the order of the calls; connects when there is something to publish, and again after a loss. */
import { report } from '@banyan/bus/report';
import type { EventEnvelope } from '@banyan/contract';
import { toBusError } from '../amqp/failure.ts';
import { crashPoint } from '../crash-points.ts';
import { Link, type LinkOptions } from './link.ts';

export interface Publisher {
  /** Resolves when the broker has all of the batch on disk. Throws BUS_CONNECTION_LOST, BUS_RABBITMQ_PUBLISH_REFUSED, BUS_RABBITMQ_REFUSED. */
  publish(batch: readonly EventEnvelope[], signal?: AbortSignal): Promise<void>;
  /** Waits for publishes under way, at most five seconds. */
  close(): Promise<void>;
}

const drainMs = 5_000;

export function createPublisher(options: Omit<LinkOptions, 'onUnrouted'>): Publisher {
  const told = new Set<string>();
  const onUnrouted = (type: string) => {
    report(told.has(type) ? 'debug' : 'warn', 'bus-rabbitmq.unrouted', 'An event was published that no group has asked for', { type });
    told.add(type);
  };
  let link: Promise<Link> | undefined;
  let sending: Promise<unknown> = Promise.resolve();
  const underWay = new Set<Promise<void>>();

  const connected = (): Promise<Link> => {
    if (link !== undefined) return link;
    const opening = Link.open({ ...options, onUnrouted }, () => forget());
    const forget = () => {
      if (link === opening) link = undefined;
    };
    opening.catch(forget);
    return (link = opening);
  };

  /** Calls send one after the other, and wait for their confirms side by side. */
  const publish = async (batch: readonly EventEnvelope[], signal?: AbortSignal): Promise<void> => {
    const turn = sending.then(async () => (await connected()).send(batch, signal));
    sending = turn.catch(() => {});
    const { confirmed } = await untilAborted(turn, signal);
    crashPoint('bus-rabbitmq.sent');
    await untilAborted(confirmed, signal);
    crashPoint('bus-rabbitmq.confirmed');
  };
  return {
    publish: async (batch, signal) => {
      signal?.throwIfAborted();
      if (batch.length === 0) return;
      const work = publish(batch, signal);
      underWay.add(work);
      await work
        .catch((error: unknown) => {
          throw signal?.aborted === true ? (signal.reason as Error) : toBusError(error, 'a publish');
        })
        .finally(() => underWay.delete(work));
    },
    close: async () => {
      const timeout = AbortSignal.timeout(drainMs);
      await untilAborted(Promise.allSettled(underWay), timeout).catch(() =>
        report('warn', 'bus-rabbitmq.publish.cut', 'A publish was not confirmed before the driver was closed', { drainMs }),
      );
      await (await link?.catch(() => undefined))?.close();
    },
  };
}

async function untilAborted<Result>(work: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (signal === undefined) return work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener('abort', abort));
}
