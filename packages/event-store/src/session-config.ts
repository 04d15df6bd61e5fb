/** How every session of an event log is set, and which failures mean that it is gone. */
import type { ClientConfig, Pool } from 'pg';

const settings = {
  timezone: 'UTC',
  // An event that readers have seen is on the disk.
  synchronous_commit: 'on',
  // Each statement must see what ended before it; the watermark rests on that.
  default_transaction_isolation: 'read\\ committed',
  // A program that stops in the middle of an append holds every reader back no longer than this.
  idle_in_transaction_session_timeout: '15s',
  lock_timeout: '30s',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '5',
  tcp_keepalives_count: '3',
};

/**
 * @param name what `pg_stat_activity` and a diagnosis show.
 * @param more further settings of the server for these sessions.
 */
export function sessionConfig(url: string, name: string, more: Readonly<Record<string, string>> = {}): ClientConfig {
  return {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: Object.entries({ ...settings, ...more })
      .map(([setting, value]) => `-c ${setting}=${value}`)
      .join(' '),
  };
}

/** For the `error` event of a client in use: the statement under way, or the next one, fails with it. Without a listener the process would end. */
export function leaveToStatement(): void {}

/**
 * From the moment a client is connected: who waits for one gets it a moment later than it may end, when the server's farewell comes in one piece with its
 * welcome.
 */
export function leaveToStatements(pool: Pool): void {
  pool.on('connect', (client) => client.on('error', leaveToStatement));
}
