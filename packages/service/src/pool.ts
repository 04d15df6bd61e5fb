/** A pool of connections to a service's own database, with a limit on everything. */
import { Pool } from 'pg';
import { report } from './report.ts';

export interface PoolOptions {
  /** The service, and what the connections are for: `quiz sagas`. Its first word begins the event `….database.lost`. */
  readonly name: string;
  readonly max: number;
  /** A statement that takes longer is given up; also the longest time in the queue for a connection. Default 15,000. */
  readonly statementTimeoutMs?: number;
}

/** A process that is paused inside a transaction holds nobody up for longer. */
const idleInTransactionMs = 5_000;

/** In UTC. A lost connection is reported, and another one made when it is needed. */
export function createPool(url: string, { name, max, statementTimeoutMs = 15_000 }: PoolOptions): Pool {
  const pool = new Pool({
    connectionString: url,
    application_name: name,
    max,
    connectionTimeoutMillis: statementTimeoutMs,
    idleTimeoutMillis: 30_000,
    options: `-c timezone=UTC -c statement_timeout=${statementTimeoutMs} -c idle_in_transaction_session_timeout=${idleInTransactionMs}`,
  });
  const event = `${name.split(' ')[0]}.database.lost`;
  pool.on('error', (error) => report('warn', event, 'An idle connection ended', { reason: error.message }));
  return pool;
}
