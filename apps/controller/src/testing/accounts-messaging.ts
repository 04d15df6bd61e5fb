/** The events and sagas of the small system's service, run by the test: what fails is at the test's word. */

import { deadLetter, done, on } from '@banyan/bus';
import { createOutbox, installOutbox, pgTransactions } from '@banyan/outbox';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { createPostgresSagaStore, createSagaEngine, installSagas, saga, type SagaEngine } from '@banyan/saga';
import { type Messaging, startMessaging } from '@banyan/service';
import { Pool, type PoolClient } from 'pg';
import { z } from 'zod';
import { userJoined } from './small-system/events.ts';

/** What goes wrong, while it is set. */
export interface Faults {
  /** By user: the error of the handler, or why it refuses. */
  readonly handler: Map<string, { readonly error: string } | { readonly refusal: string }>;
  readonly steps: Set<'refund' | 'ship' | 'thank'>;
}

const once = { retry: { attempts: 1, pauseMs: 5, longestPauseMs: 10 } };

export class AccountsMessaging {
  readonly faults: Faults = { handler: new Map(), steps: new Set() };
  readonly #service: TestDatabase;
  readonly #broker: TestDatabase;
  readonly #pool: Pool;
  #messaging: Messaging | undefined;
  #engine: SagaEngine | undefined;

  constructor(service: TestDatabase, broker: TestDatabase) {
    this.#service = service;
    this.#broker = broker;
    this.#pool = new Pool({ connectionString: service.url, max: 8 });
    this.#pool.on('error', () => {}); // the database is dropped at the end
  }

  async start(): Promise<void> {
    const transactions = pgTransactions(this.#pool);
    const handle = on<PoolClient, typeof userJoined>(userJoined, async ({ data }, { session }) => {
      const fault = this.faults.handler.get(data.userId);
      if (fault !== undefined && 'refusal' in fault) return deadLetter(fault.refusal);
      if (fault !== undefined) throw new Error(fault.error);
      await session.query('insert into welcomed (user_id, number) values ($1, $2)', [data.userId, data.number]);
      return done;
    });
    this.#messaging = await startMessaging({
      group: 'accounts',
      brokerUrl: this.#broker.url,
      databaseUrl: this.#service.url,
      transactions,
      handlers: [handle],
      retry: { pausesMs: [], attemptsMax: 1 },
      limits: { retryPollMs: 50 },
    });
  }

  async stop(): Promise<void> {
    await this.#messaging?.stop();
  }

  async join(userId: string, ...numbers: readonly number[]): Promise<void> {
    const transactions = pgTransactions(this.#pool);
    const outbox = createOutbox({ transactions, source: '/small/accounts', publishes: [userJoined] });
    for (const number of numbers) {
      await transactions.run(async () => outbox.publish(userJoined, { userId, email: `${userId}@test`, number }));
    }
  }

  /** In the order in which they were welcomed. */
  async welcomed(userId: string): Promise<readonly number[]> {
    const { rows } = await this.#service.query<{ number: number }>('select number from welcomed where user_id = $1 order by at', [userId]);
    return rows.map(({ number }) => number);
  }

  /** Pays, ships and thanks; there is no way back once it has shipped. */
  async startOrder(key: string): Promise<void> {
    await this.#engine!.start(this.#order, key, { orderId: key });
  }

  readonly #order = saga('order', { version: 1, input: z.object({ orderId: z.string() }), limitMs: 600_000 })
    .local('pay', { ...once, action: async () => 'paid', undo: () => this.#failAs('refund') })
    .local('ship', { ...once, action: () => this.#failAs('ship'), noUndo: 'nothing has left the house' })
    .pivot()
    .local('thank', { ...once, action: () => this.#failAs('thank') })
    .end({ result: () => 'thanks' });

  async #failAs(step: 'refund' | 'ship' | 'thank'): Promise<void> {
    if (this.faults.steps.has(step)) throw new Error(`${step} is out of reach`);
  }

  async prepare(): Promise<void> {
    await installOutbox(this.#pool);
    await installSagas(this.#pool);
    await this.#pool.query('create table welcomed (user_id text, number integer, at bigint generated always as identity)');
    const store = createPostgresSagaStore({ pool: this.#pool });
    this.#engine = await createSagaEngine<PoolClient>({ store, transactions: pgTransactions(this.#pool), sagas: [this.#order] });
    await this.start();
  }

  async close(): Promise<void> {
    await this.#engine?.stop();
    await this.stop();
    await this.#pool.end();
    await this.#broker.close();
  }
}

export async function startAccountsMessaging(service: TestDatabase): Promise<AccountsMessaging> {
  const messaging = new AccountsMessaging(service, await createTestDatabase());
  await messaging.prepare();
  return messaging;
}
