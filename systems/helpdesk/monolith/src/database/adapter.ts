/** How the programs talk to their PostgreSQL. */
import { PrismaPg } from '@prisma/adapter-pg';

const connections = 10;
/** A database that is away refuses at once; one on a busy machine takes its time. */
const connectionTimeoutMs = 20_000;

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
