/** The bus on PostgreSQL: the event store is its log, its groups are cursors into it. */
import type { BusDriver, DriverSubscription, SubscriptionOptions } from '@banyan/bus';
import { BusError } from '@banyan/bus';
import type { EventEnvelope } from '@banyan/contract';
import { createEventLog, type EventLog, type EventLogOperations } from '@banyan/event-store';
import { installSchema } from '@banyan/event-store/install-schema';
import { leaveToStatement, sessionConfig } from '@banyan/event-store/session-config';
import { Client } from 'pg';
import { crashPoint } from './crash-points.ts';
import { BusPostgresError } from './errors.ts';
import { openSubscription } from './group/subscription.ts';
import { toBusError } from './postgres/failure.ts';
import { createNotifier, type Notifier } from './postgres/notifier.ts';

export interface PostgresDriverOptions {
  readonly url: string;
  /** What `pg_stat_activity` and a diagnosis call this program. Default `banyan bus`. */
  readonly name?: string;
  /** Of the log, fixed when it was created: a group has at most so many subscriptions at work. Default 16. */
  readonly partitions?: number;
  /** Connections for publishing and reading; each subscription has one more. Default 8. */
  readonly connections?: number;
  /** How long a subscription that hears no wake-up waits before it looks by itself, and takes over what became free. Default 1,000. */
  readonly pollMs?: number;
  /** Before a released batch comes again. Default 500. */
  readonly releasePauseMs?: number;
}

/** One statement's worth. */
const appendMax = 1_000;

/** Throws what createEventLog() throws; BUS_CONNECTION_LOST when the server does not answer. */
export async function createPostgresDriver(options: PostgresDriverOptions): Promise<BusDriver> {
  const { url, partitions = 16, connections = 8, name = 'banyan bus' } = options;
  try {
    await installGroups(url, name);
    const log = await createEventLog({ url, partitions, connections, name });
    return new PostgresDriver(options, log, createNotifier(url, name));
  } catch (error) {
    throw toBusError(error, 'the start');
  }
}

async function installGroups(url: string, name: string): Promise<void> {
  const client = new Client(sessionConfig(url, name));
  client.on('error', leaveToStatement);
  try {
    await client.connect();
    await installSchema(client, 'bus-postgres', new URL('../schema/', import.meta.url));
  } finally {
    await client.end();
  }
}

class PostgresDriver implements BusDriver {
  readonly capabilities = { dropsRepeatedPublish: true, readsFromBeginning: true, survivesRestart: true };
  readonly #options: PostgresDriverOptions;
  readonly #log: EventLog & EventLogOperations;
  readonly #notifier: Notifier;
  readonly #subscriptions = new Set<DriverSubscription>();
  #closing: Promise<void> | undefined;

  constructor(options: PostgresDriverOptions, log: EventLog & EventLogOperations, notifier: Notifier) {
    this.#options = options;
    this.#log = log;
    this.#notifier = notifier;
  }

  async publish(batch: readonly EventEnvelope[], { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#refuseWhenClosed();
    for (let start = 0; start < batch.length; start += appendMax) {
      signal?.throwIfAborted();
      const part = batch.slice(start, start + appendMax);
      await this.#log.append(part).catch((error: unknown) => {
        throw toBusError(error, 'a publish');
      });
      crashPoint('bus-postgres.appended');
      this.#notifier.notify(part.map(({ type }) => type));
    }
  }

  async subscribe(options: SubscriptionOptions): Promise<DriverSubscription> {
    this.#refuseWhenClosed();
    refuseInvalid(options);
    const { url, name = 'banyan bus', pollMs = 1_000, releasePauseMs = 500 } = this.#options;
    const subscription = await openSubscription({ url, name, log: this.#log, options, pollMs, releasePauseMs }).catch((error: unknown) => {
      throw toBusError(error, `the subscription of group "${options.group}"`);
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await this.#notifier.close();
    await this.#log.close();
  }

  #refuseWhenClosed(): void {
    if (this.#closing !== undefined) throw new BusError('BUS_CLOSED', 'The driver for PostgreSQL is closed.');
  }
}

function refuseInvalid({ group, types }: SubscriptionOptions): void {
  if (!/^[a-z0-9-]{1,100}$/.test(group))
    throw new BusPostgresError('BUS_POSTGRES_SUBSCRIPTION_INVALID', `The group name "${group}" cannot be.`);
  if (types.length === 0) throw new BusPostgresError('BUS_POSTGRES_SUBSCRIPTION_INVALID', `Group "${group}" names no event types.`);
}
