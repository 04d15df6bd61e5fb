/** How the program talks to its PostgreSQL. */
import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { PostgresAddress } from '../environment.ts';

const connections = 10;
const connectionTimeoutMs = 5_000;
/** The database may come up after the program: ten tries, three seconds apart. */
const startTries = 10;
const startRetryDelayMs = 3_000;

/** Columns without a time zone hold UTC, so every session runs in UTC. */
export const sessionOptions = '-c TimeZone=UTC';

export function databaseOptions(address: PostgresAddress): TypeOrmModuleOptions {
  return {
    type: 'postgres',
    host: address.host,
    port: address.port,
    database: address.database,
    username: address.user,
    ...(address.password !== undefined && { password: address.password }),
    applicationName: 'node-learn',
    autoLoadEntities: true,
    synchronize: false,
    parseInt8: true,
    poolSize: connections,
    connectTimeoutMS: connectionTimeoutMs,
    extra: { options: sessionOptions },
    retryAttempts: startTries,
    retryDelay: startRetryDelayMs,
  };
}
