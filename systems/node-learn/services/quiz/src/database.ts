/** The service's own database: plain SQL, through three pools, so that who reads, who counts and what sagas remember never wait for each other. */
import { createPool, throughConnectionLoss } from '@banyan/service';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { QUIZ_SETTINGS, type QuizSettings } from './settings.ts';

/** A statement that takes longer is given up. The longest wait for others that count answers in the same row, of the guest above all. */
export const statementTimeoutMs = 15_000;
@Injectable()
export class Database implements OnApplicationShutdown {
  /** Answers of the guest all count in the same rows: many of these connections may wait for one of them. */
  readonly transactionPool: Pool;
  /** Records of sagas do not wait for the transactions that they are the records of. */
  readonly sagaPool: Pool;
  private readonly pool: Pool;

  constructor(@Inject(QUIZ_SETTINGS) { DATABASE_URL }: QuizSettings) {
    this.pool = createPool(DATABASE_URL, { name: 'quiz', max: 5, statementTimeoutMs });
    this.transactionPool = createPool(DATABASE_URL, { name: 'quiz transactions', max: 10, statementTimeoutMs });
    this.sagaPool = createPool(DATABASE_URL, { name: 'quiz sagas', max: 5, statementTimeoutMs });
  }

  /** For statements that only read: sent again while a connection is lost. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as in pg: who writes the statement knows its rows
  async read<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await throughConnectionLoss(() => this.pool.query(text, [...values]))).rows as Row[];
  }

  /** Rejects with the reason when the database does not answer. */
  async probe(): Promise<void> {
    await this.pool.query('select 1');
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.pool, this.transactionPool, this.sagaPool].map((pool) => pool.end()));
  }
}
