/** The bus on RabbitMQ: an exchange for all events, a quorum queue per partition of each group, one reader at a time for each. */
import { type BusDriver, BusError, type DriverSubscription, type SubscriptionOptions } from '@banyan/bus';
import type { EventEnvelope } from '@banyan/contract';
import { openConnection } from './amqp/connection.ts';
import { toBusError } from './amqp/failure.ts';
import { BusRabbitmqError } from './errors.ts';
import { openSubscription } from './group/subscription.ts';
import { createPublisher, type Publisher } from './publishing/publisher.ts';
import { declareStream } from './topology/declare.ts';
import { type Names, namesOf } from './topology/names.ts';

export interface RabbitmqDriverOptions {
  /** `amqp://user:password@host:5672/virtual-host`, or `amqps:`. */
  readonly url: string;
  /** What the broker's list of connections calls this program. Default `banyan bus`. */
  readonly name?: string;
  /** Of all events below one prefix, fixed when it is first used: a group has at most so many subscriptions at work. Default 16. */
  readonly partitions?: number;
  /** Everything in the broker is named after it; systems that share a virtual host have one each. Default `banyan`. */
  readonly prefix?: string;
  /** Events of one partition that the broker sends ahead. Default 64. */
  readonly prefetch?: number;
  /** Between two looks at whether the next member of a group is there: how soon the work of one that died is taken over. Default 500. */
  readonly pingMs?: number;
  /** A broker that is silent for twice as long is taken for dead. Default 10; `heartbeat` in the URL wins. */
  readonly heartbeatS?: number;
  /** A broker that confirms nothing for so long, while something is published, is connected to again; not while it is short of memory or disk. Default 10,000. */
  readonly confirmWithinMs?: number;
  /** Before a released batch comes again. Default 500. */
  readonly releasePauseMs?: number;
}

/** Throws BUS_CONNECTION_LOST when the broker does not answer, BUS_RABBITMQ_REFUSED, _SERVER_TOO_OLD, _PARTITIONS_FIXED, _TOPOLOGY_DIFFERS. */
export async function createRabbitmqDriver(options: RabbitmqDriverOptions): Promise<BusDriver> {
  const driver = new RabbitmqDriver(options);
  await driver.prepare();
  return driver;
}

class RabbitmqDriver implements BusDriver {
  readonly capabilities = { dropsRepeatedPublish: false, readsFromBeginning: false, survivesRestart: true };
  readonly #options: Required<RabbitmqDriverOptions>;
  readonly #names: Names;
  readonly #publisher: Publisher;
  readonly #subscriptions = new Set<DriverSubscription>();
  #closing: Promise<void> | undefined;

  constructor(given: RabbitmqDriverOptions) {
    this.#options = {
      name: 'banyan bus',
      partitions: 16,
      prefix: 'banyan',
      prefetch: 64,
      pingMs: 500,
      heartbeatS: 10,
      confirmWithinMs: 10_000,
      releasePauseMs: 500,
      ...given,
    };
    this.#names = namesOf(this.#options.prefix, this.#options.partitions);
    this.#publisher = createPublisher({ ...this.#options, names: this.#names });
  }

  /** Says at once what is wrong with the broker or its address. */
  async prepare(): Promise<void> {
    const connection = await openConnection(this.#options, () => {});
    try {
      const channel = await connection.model.createChannel();
      channel.on('error', () => {}); // rejects the call that is under way
      await declareStream(channel, this.#names);
    } catch (error) {
      throw toBusError(error, 'the start');
    } finally {
      await connection.close();
    }
  }

  async publish(batch: readonly EventEnvelope[], { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#refuseWhenClosed();
    await this.#publisher.publish(batch, signal);
  }

  async subscribe(subscription: SubscriptionOptions): Promise<DriverSubscription> {
    this.#refuseWhenClosed();
    refuseInvalid(subscription);
    const opening = openSubscription({ ...this.#options, names: this.#names, subscription });
    const opened = await opening.catch((error: unknown) => {
      throw toBusError(error, `the subscription of group "${subscription.group}"`);
    });
    if (this.#closing !== undefined) await opened.close();
    this.#refuseWhenClosed();
    this.#subscriptions.add(opened);
    return opened;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await this.#publisher.close();
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) throw new BusError('BUS_CLOSED', 'The driver for RabbitMQ is closed.');
  }
}

function refuseInvalid({ group, types }: SubscriptionOptions): void {
  if (!/^[a-z0-9-]{1,100}$/.test(group))
    throw new BusRabbitmqError('BUS_RABBITMQ_SUBSCRIPTION_INVALID', `The group name "${group}" cannot be.`);
  if (types.length === 0) throw new BusRabbitmqError('BUS_RABBITMQ_SUBSCRIPTION_INVALID', `Group "${group}" names no event types.`);
}
