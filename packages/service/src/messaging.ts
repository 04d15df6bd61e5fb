/** The events of one service: published from its outbox, consumed by its group, until it drains. */
import { type BusDriver, consume, type Consumer, type ConsumerLimits, type EventHandler, type RetryPolicy } from '@banyan/bus';
import { createConsumerStore, createRelay, type Relay, type Transactions } from '@banyan/outbox';
import { runInTrace, traceFromHeaders } from '@banyan/telemetry';
import { forgetBroker, untilThere, watched } from './broker-watch.ts';
import { loadDriver } from './load-driver.ts';
import { report } from './report.ts';

export interface MessagingDefinition<Native> {
  /** The consumer group: the name of the service. */
  readonly group: string;
  /** Its scheme names the driver: `postgres:` (embedded or not), `nats:`, `amqp:`, `kafka:`. */
  readonly brokerUrl: string;
  /** Where the outbox is; the relay has a connection of its own. */
  readonly databaseUrl: string;
  readonly transactions: Transactions<Native>;
  /** One per event type; none for a service that only publishes. */
  readonly handlers: readonly EventHandler<Native>[];
  readonly retry?: Partial<RetryPolicy>;
  readonly limits?: Partial<ConsumerLimits>;
}

export interface Messaging {
  /** Finishes what is in hand, publishes what is committed, and leaves the rest to others or to the next start. Idempotent. */
  stop(options?: { readonly withinMs?: number }): Promise<void>;
}

/** How often inbox rows are looked at, and how old they get: longer than any broker delivers again. */
const pruneEveryMs = 60_000;
const inboxAgeMs = 7 * 24 * 60 * 60 * 1_000;

/** Needs installOutbox() on the database. A broker that does not answer is waited for. Throws SERVICE_BROKER_UNKNOWN, and what a broker refuses. */
export async function startMessaging<Native>(definition: MessagingDefinition<Native>): Promise<Messaging> {
  const { group, brokerUrl, databaseUrl, transactions, handlers } = definition;
  const driver = watched(group, await untilThere(group, () => loadDriver({ url: brokerUrl, name: `banyan ${group}` })));
  const store = createConsumerStore({ transactions });
  const relay = createRelay({ database: { url: databaseUrl }, driver });
  const { retry, limits } = definition;
  try {
    const options = { ...(retry === undefined ? {} : { retry }), ...(limits === undefined ? {} : { limits }) };
    const join = () => consume({ driver, store, group, handlers: handlers.map(inTrace), ...options });
    const consumer = handlers.length === 0 ? undefined : await untilThere(group, join);
    relay.start();
    return running({ group, driver, relay, consumer, prune: () => store.prune(inboxAgeMs) });
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** What a handler logs and asks belongs to the request that its event follows from. */
function inTrace<Native>(handler: EventHandler<Native>): EventHandler<Native> {
  const handle: EventHandler<Native>['handle'] = (event, context) => {
    const trace = traceFromHeaders({ traceparent: event.traceparent, 'x-trace-id': event.correlationid });
    return runInTrace(trace, () => handler.handle(event, context));
  };
  return { ...handler, handle };
}

interface Parts {
  readonly group: string;
  readonly driver: BusDriver;
  readonly relay: Relay;
  readonly consumer: Consumer | undefined;
  readonly prune: () => Promise<number>;
}

function running({ group, driver, relay, consumer, prune }: Parts): Messaging {
  const timer = setInterval(() => {
    prune().catch((error: Error) => report('warn', 'service.inbox.kept', 'Old inbox rows could not be removed', { reason: error.message }));
  }, pruneEveryMs);
  timer.unref();
  let stopped: Promise<void> | undefined;
  const stop = async (withinMs: number) => {
    clearInterval(timer);
    // Handlers publish: the relay ends after them, the connection to the broker last.
    await consumer?.stop({ withinMs });
    await relay.stop();
    await driver.close();
    forgetBroker(group);
  };
  return { stop: ({ withinMs = 10_000 } = {}) => (stopped ??= stop(withinMs)) };
}
