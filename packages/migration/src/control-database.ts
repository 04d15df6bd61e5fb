/** The control database: its schema, transactions that only the controller in charge may make, and patience while PostgreSQL restarts. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import type { QueryResultRow } from 'pg';
import { isConnectionLoss } from './control/connection-loss.ts';
import { causeText, MigrationError } from './errors.ts';

export interface ControlDatabaseOptions {
  readonly url: string;
  /** Name of the system whose state is kept. */
  readonly system: string;
  /** How long a lost connection is tried again before the caller gets an error. Default 30,000. */
  readonly retryForMs?: number;
}

export type Query = <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

export interface ControlDatabase {
  readonly system: string;
  /** The epoch this controller took; 0 until it has. */
  readonly epoch: number;
  /** Reads on any connection. */
  read: Query;
  /**
   * Runs `work` in one transaction that fails with `MIGRATION_SUPERSEDED` when another controller has taken over. Work may
   * run more than once when the connection is lost, also after an unnoticed commit: it must be repeatable.
   */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** Takes charge: a new epoch, and the system's name checked. */
  takeCharge(holder: string): Promise<void>;
  close(): Promise<void>;
}

/** Where the numbered schema changes lie. */
const schemaDirectory = join(import.meta.dirname, '..', 'schema');

/** Connects, and brings the schema up to date. Throws `MIGRATION_CONTROL_DATABASE` when that is not possible within the retry time. */
export async function openControlDatabase(options: ControlDatabaseOptions): Promise<ControlDatabase> {
  const database = new PostgresControlDatabase(options);
  try {
    await database.applySchema();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

class PostgresControlDatabase implements ControlDatabase {
  readonly system: string;
  epoch = 0;
  readonly #pool: Pool;
  readonly #retryForMs: number;

  constructor(options: ControlDatabaseOptions) {
    this.system = options.system;
    this.#retryForMs = options.retryForMs ?? 30_000;
    this.#pool = new Pool({
      connectionString: options.url,
      max: 4,
      connectionTimeoutMillis: 5000,
      query_timeout: 30_000,
      application_name: 'banyan-controller',
    });
    // An idle connection that breaks is dropped by the pool; the next query meets the cause and retries or reports it.
    this.#pool.on('error', () => undefined);
  }

  async applySchema(): Promise<void> {
    const files = (await readdir(schemaDirectory)).filter((it) => it.endsWith('.sql')).sort();
    const texts = await Promise.all(files.map((file) => readFile(join(schemaDirectory, file), 'utf8')));
    await this.#patiently(() =>
      this.#inTransaction(async (query) => {
        await query('select pg_advisory_xact_lock(hashtext($1))', ['banyan.schema']);
        await query('create schema if not exists banyan');
        await query(
          'create table if not exists banyan.schema_change (number integer primary key, name text not null, applied_at timestamptz not null default now())',
        );
        const done = await query<{ number: number }>('select number from banyan.schema_change');
        for (const [index, file] of files.entries()) {
          const number = Number.parseInt(file, 10);
          if (done.some((it) => it.number === number)) continue;
          await query(texts[index] ?? '');
          await query('insert into banyan.schema_change (number, name) values ($1, $2)', [number, file]);
        }
      }),
    );
  }

  async read<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.#patiently(async () => (await this.#pool.query<Row>(text, [...values])).rows);
  }

  async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    return this.#patiently(() =>
      this.#inTransaction(async (query) => {
        const rows = await query<{ epoch: string }>('select epoch from banyan.controller for share');
        if (Number(rows[0]?.epoch ?? 0) !== this.epoch) {
          throw new MigrationError(
            'MIGRATION_SUPERSEDED',
            `This controller took epoch ${this.epoch}, but epoch ${rows[0]?.epoch} is in charge.`,
          );
        }
        return work(query);
      }),
    );
  }

  async takeCharge(holder: string): Promise<void> {
    const epoch = await this.#patiently(() =>
      this.#inTransaction(async (query) => {
        await query('insert into banyan.controller (system) values ($1) on conflict do nothing', [this.system]);
        const rows = await query<{ epoch: string; system: string }>(
          'update banyan.controller set epoch = epoch + 1, holder = $1, taken_at = now() returning epoch, system',
          [holder],
        );
        const kept = rows[0]?.system ?? this.system;
        if (kept !== this.system) {
          throw new MigrationError('MIGRATION_CONTROL_DATABASE_FOREIGN', `This control database keeps "${kept}", not "${this.system}".`);
        }
        return Number(rows[0]?.epoch);
      }),
    );
    this.epoch = epoch;
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #inTransaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken = true;
    try {
      await client.query('begin');
      const result = await work(
        async <Row extends QueryResultRow>(text: string, values?: readonly unknown[]) =>
          (values === undefined ? await client.query<Row>(text) : await client.query<Row>(text, [...values])).rows,
      );
      await client.query('commit');
      broken = false;
      return result;
    } finally {
      // A connection whose transaction did not commit is closed, which rolls it back.
      client.release(broken);
    }
  }

  /** Tries again while the connection is lost, up to the stated time; any other error goes to the caller at once. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    const giveUpAt = performance.now() + this.#retryForMs;
    for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 1000)) {
      try {
        return await work();
      } catch (error) {
        if (error instanceof MigrationError) throw error;
        if (!isConnectionLoss(error) || performance.now() + waitMs > giveUpAt) {
          throw new MigrationError('MIGRATION_CONTROL_DATABASE', `The control database answers: ${causeText(error)}.`, { cause: error });
        }
      }
      await delay(waitMs);
    }
  }
}
