/** How a service reaches its PostgreSQL through TypeORM: for `TypeOrmModule.forRoot()` and for a DataSource alike, entities beside it. */
import { report } from '@banyan/service';

export interface TypeOrmOptions {
  /** Names its connections. Its name begins the event `….database.lost`. */
  readonly service: string;
  readonly url: string;
  /** A statement that takes longer is given up. Default 5,000. */
  readonly statementTimeoutMs?: number;
  /** A transaction in which nothing happens for so long is ended, so that what it has locked is free. Default: never. */
  readonly idleInTransactionMs?: number;
}

/** In UTC, at most ten connections, and an answer or a failure within seconds: the program does not start without its database. */
export function typeOrmOptions({ service, url, statementTimeoutMs = 5_000, idleInTransactionMs = 0 }: TypeOrmOptions) {
  const session = { timezone: 'UTC', statement_timeout: statementTimeoutMs, idle_in_transaction_session_timeout: idleInTransactionMs };
  return {
    type: 'postgres',
    url,
    applicationName: service,
    retryAttempts: 0,
    poolSize: 10,
    connectTimeoutMS: 3_000,
    extra: {
      options: Object.entries(session)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
      idleTimeoutMillis: 30_000,
    },
    poolErrorHandler: (error: Error) => report('warn', `${service}.database.lost`, 'An idle connection ended', { reason: error.message }),
  } as const;
}
