/** One controller works at a time: a session lock in the control database, and what happens when the session is lost. */

import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { ControlDatabase } from './control-database.ts';
import { MigrationError } from './errors.ts';

export interface ControlLockOptions {
  readonly url: string;
  readonly database: ControlDatabase;
  /** Shown to whoever waits: host and pid. */
  readonly holder: string;
  /** Time between two tries. Default 500. */
  readonly tryEveryMs?: number;
  /** Called once when it has to wait, with the holder's name. */
  readonly onWaiting?: (holder: string) => void;
  /** Called when the lock was lost with its session and is held again. */
  readonly onHeldAgain?: () => void;
  /** Called when another controller has taken over: end the process. */
  readonly onSuperseded: (error: MigrationError) => void;
}

export interface ControlLock {
  release(): Promise<void>;
}

/**
 * Waits for the lock (until `signal` aborts), then takes charge with a new epoch. When the session is lost (PostgreSQL
 * restarted) it takes the lock again by itself, and goes on under the same epoch unless another controller was faster.
 */
export async function takeControlLock(options: ControlLockOptions, signal: AbortSignal): Promise<ControlLock> {
  const closing = new AbortController();
  let client = await lockedSession(options, signal);
  await options.database.takeCharge(options.holder);

  async function keep(): Promise<void> {
    while (!closing.signal.aborted) {
      await sessionEnd(client, closing.signal);
      if (closing.signal.aborted) return;
      client = await lockedSession(options, closing.signal);
      const rows = await options.database.read<{ epoch: string }>('select epoch from banyan.controller');
      if (Number(rows[0]?.epoch) === options.database.epoch) {
        options.onHeldAgain?.();
        continue;
      }
      const message = `Another controller took epoch ${rows[0]?.epoch} while the database was away.`;
      options.onSuperseded(new MigrationError('MIGRATION_SUPERSEDED', message));
      return;
    }
  }
  const keeping = keep().catch((error: unknown) => {
    if (!closing.signal.aborted) {
      options.onSuperseded(
        new MigrationError('MIGRATION_SUPERSEDED', 'The lock of the control database could not be kept.', { cause: error }),
      );
    }
  });

  return {
    release: async () => {
      closing.abort();
      await client.end();
      await keeping;
    },
  };
}

const lostSessions = new WeakSet<Client>();

/** Resolves when the session has ended, or the signal aborts. */
function sessionEnd(client: Client, signal: AbortSignal): Promise<void> {
  if (lostSessions.has(client) || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    client.once('end', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function lockedSession(options: ControlLockOptions, signal: AbortSignal): Promise<Client> {
  let hasSaid = false;
  for (;;) {
    signal.throwIfAborted();
    const client = await tryLock(options.url);
    if (client instanceof Client) return client;
    if (client === 'taken' && !hasSaid && options.onWaiting !== undefined) {
      hasSaid = true;
      const rows = await options.database.read<{ holder: string }>('select holder from banyan.controller');
      options.onWaiting(rows[0]?.holder ?? 'unknown');
    }
    await delay(options.tryEveryMs ?? 500, undefined, { signal });
  }
}

/** A session that holds the lock, or why there is none; both reasons heal by trying again. */
async function tryLock(url: string): Promise<Client | 'taken' | 'away'> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    application_name: 'banyan-controller-lock',
  });
  client.on('error', () => lostSessions.add(client));
  client.on('end', () => lostSessions.add(client));
  try {
    await client.connect();
    const result = await client.query<{ locked: boolean }>("select pg_try_advisory_lock(hashtext('banyan.controller')) as locked");
    if (result.rows[0]?.locked) return client;
    await client.end();
    return 'taken';
  } catch {
    // The caller tries again, and every other query of the controller reports the cause.
    await client.end().catch(() => undefined);
    return 'away';
  }
}
