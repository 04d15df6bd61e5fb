/** How the programs talk to their PostgreSQL. */
import { PrismaPg } from '@prisma/adapter-pg';

const connections = 10;
const connectionTimeoutMs = 5_000;

/** Columns without a time zone hold UTC, so every session runs in UTC. */
export function createAdapter(databaseUrl: string): PrismaPg {
  return new PrismaPg({
    connectionString: databaseUrl,
    max: connections,
    connectionTimeoutMillis: connectionTimeoutMs,
    options: '-c TimeZone=UTC',
    application_name: 'helpdesk',
  });
}
