/** The sagas of a service as a provider: run from the start on, fed with events, ended before the connections. */
import type { EventEnvelope } from '@banyan/contract';
import type { Transactions } from '@banyan/outbox';
import { createPostgresSagaStore, createPostgresWakeUps, createSagaEngine, installSagas, type Saga, type SagaEngine } from '@banyan/saga';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { ServiceDatabase } from './service-database.ts';

export interface ServiceSagasOptions {
  /** Of the database in which the sagas are: their local steps run in them. */
  readonly transactions: Transactions<unknown>;
  /** For their records, so that these do not wait for the transactions that they are the records of. One connection of it listens. */
  readonly pool: ServiceDatabase['pool'];
  /** Every version that may still be running. */
  readonly sagas: readonly Saga[];
  /** See createSagaEngine(). */
  readonly atOnce?: number;
  /** See createPostgresSagaStore(). */
  readonly endedKeptMs?: number;
}

/** To be extended by a class of the service's own, which starts sagas, and hands on the events that they wait for from methods marked with OnEvent. */
@Injectable()
export abstract class ServiceSagas implements OnModuleInit, OnModuleDestroy {
  protected engine: SagaEngine;
  readonly #options: ServiceSagasOptions;

  constructor(options: ServiceSagasOptions) {
    this.#options = options;
  }

  async onModuleInit(): Promise<void> {
    const { transactions, pool, sagas, atOnce, endedKeptMs } = this.#options;
    await transactions.run(({ session }) => installSagas(session));
    this.engine = await createSagaEngine({
      store: createPostgresSagaStore({ pool, ...(endedKeptMs === undefined ? {} : { endedKeptMs }) }),
      transactions,
      sagas,
      wakeUps: createPostgresWakeUps({ pool }),
      ...(atOnce === undefined ? {} : { atOnce }),
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.engine.stop();
  }

  /** Inside the transaction of a handler. */
  protected async hear(event: EventEnvelope): Promise<void> {
    const transaction = this.#options.transactions.current();
    if (transaction === undefined) throw new TypeError('An event is handled outside of a transaction');
    await this.engine.deliver(transaction.session, event);
  }
}
