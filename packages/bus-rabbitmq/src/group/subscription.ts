/** One subscription: at most one batch in hand; connects again with a pull after its connection was lost. */
import { type Batch, BusError, type Delivery, type DriverSubscription, type SubscriptionOptions } from '@banyan/bus';
import type { ConsumeMessage } from 'amqplib';
import { toBusError } from '../amqp/failure.ts';
import { crashPoint } from '../crash-points.ts';
import { openSession, type Session, type SessionOptions, type Taken } from './session.ts';

export interface SubscriptionSettings extends Omit<SessionOptions, 'group' | 'types' | 'onWake'> {
  readonly subscription: SubscriptionOptions;
  /** Before a released batch comes again. */
  readonly releasePauseMs: number;
}

export async function openSubscription(settings: SubscriptionSettings): Promise<DriverSubscription> {
  const subscription = new Subscription(settings);
  await subscription.connect();
  return subscription;
}

class Subscription implements DriverSubscription {
  readonly #settings: SubscriptionSettings;
  #session: Session | undefined;
  #connecting: Promise<void> | undefined;
  /** Why the last connecting failed; the pull that waits for it tells. */
  #failure: Error | undefined;
  #inHand: Taken | undefined;
  #pausedUntilMs = 0;
  #closing: Promise<void> | undefined;
  #resume: (() => void) | undefined;

  constructor(settings: SubscriptionSettings) {
    this.#settings = settings;
  }

  async connect(): Promise<void> {
    this.#session = await this.#open();
  }

  async pull({ max, waitMs, signal }: Parameters<DriverSubscription['pull']>[0]): Promise<Batch | undefined> {
    for (const endAtMs = performance.now() + waitMs; ;) {
      if (this.#inHand !== undefined) throw unsettled(this.#inHand);
      if (this.#closing !== undefined || signal?.aborted === true) return undefined;
      const nowMs = performance.now();
      const session = this.#connected();
      const isPaused = nowMs < this.#pausedUntilMs;
      const taken = isPaused ? undefined : session?.take(max);
      if (session !== undefined && taken !== undefined) return this.#hand(session, taken);
      if (nowMs >= endAtMs) return this.#nothing();
      await this.#wait((isPaused ? Math.min(endAtMs, this.#pausedUntilMs) : endAtMs) - nowMs, signal);
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#inHand = undefined;
    this.#wake();
    await this.#connecting;
    await this.#session?.close();
  }

  readonly #wake = (): void => this.#resume?.();

  /** Nobody can tell whether there is something while the broker does not answer. */
  #nothing(): undefined {
    if (this.#session !== undefined) return undefined;
    const { group } = this.#settings.subscription;
    throw new BusError('BUS_CONNECTION_LOST', `RabbitMQ has not answered yet; group "${group}" is still being connected to it.`);
  }

  /** Undefined while connecting. Throws once when the connection was lost, and once for each connecting that failed. */
  #connected(): Session | undefined {
    const lost = this.#failure ?? this.#session?.ended();
    if (lost !== undefined) {
      this.#failure = undefined;
      this.#session = undefined;
      throw toBusError(lost, `a pull of group "${this.#settings.subscription.group}"`);
    }
    if (this.#session === undefined) this.#connecting ??= this.#connect();
    return this.#session;
  }

  async #connect(): Promise<void> {
    try {
      const session = await this.#open();
      if (this.#closing === undefined) this.#session = session;
      else await session.close();
    } catch (error) {
      this.#failure = error as Error;
    } finally {
      this.#connecting = undefined;
      this.#wake();
    }
  }

  #open(): Promise<Session> {
    const { subscription, ...rest } = this.#settings;
    const { group, types } = subscription;
    return openSession({ ...rest, name: `${rest.name} ${group}`, group, types: new Set(types), onWake: this.#wake });
  }

  #wait(forMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        this.#resume = undefined;
        resolve();
      };
      const timer = setTimeout(done, forMs);
      signal?.addEventListener('abort', done, { once: true });
      this.#resume = done;
    });
  }

  #hand(session: Session, taken: Taken): Batch {
    this.#inHand = taken;
    crashPoint('bus-rabbitmq.pulled');
    return {
      deliveries: taken.parts.flatMap(({ reader, messages }) => messages.map((message) => toDelivery(message, reader.queue))),
      settle: () => this.#settle(session, taken),
      release: async () => {
        if (this.#inHand !== taken) return;
        this.#inHand = undefined;
        this.#pausedUntilMs = performance.now() + this.#settings.releasePauseMs;
        session.putBack(taken);
      },
    };
  }

  async #settle(session: Session, taken: Taken): Promise<void> {
    if (this.#inHand !== taken)
      throw new BusError('BUS_BATCH_LOST', 'The batch ended before it was settled: its subscription was closed, or it was released.');
    try {
      const ended = session.ended();
      if (ended !== undefined) throw ended;
      await session.settle(taken);
    } catch (error) {
      throw toBusError(error, `the settling of a batch of group "${this.#settings.subscription.group}"`);
    } finally {
      if (this.#inHand === taken) this.#inHand = undefined;
    }
    crashPoint('bus-rabbitmq.settled');
  }
}

function unsettled({ parts }: Taken): BusError {
  const count = parts.reduce((sum, { messages }) => sum + messages.length, 0);
  return new BusError('BUS_BATCH_UNSETTLED', `A batch of ${count} is not settled.`);
}

/** The position is the same each time the message comes: what has no id of its own is known by it and its content. */
function toDelivery({ content, properties }: ConsumeMessage, queue: string): Delivery {
  const parsed = parse(content.toString('utf8'));
  const { partitionkey } = (properties.headers ?? {}) as { readonly partitionkey?: unknown };
  const ofContent = (parsed as { readonly partitionkey?: unknown } | null)?.partitionkey;
  const [partitionKey = ''] = [partitionkey, ofContent].filter((key) => typeof key === 'string');
  const id: unknown = properties.messageId;
  return { content: parsed, partitionKey, position: typeof id === 'string' ? `${queue} ${id}` : queue };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
