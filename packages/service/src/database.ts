/** Reaching PostgreSQL when it may be away: at start with patience, later without losing an answer that is safe to ask again. */
import { setTimeout as wait } from 'node:timers/promises';
import type { SqlSession } from '@banyan/outbox';
import { Client } from 'pg';
import { ServiceError } from './errors.ts';
import { report } from './report.ts';

const attemptTimeoutMs = 3_000;
const pauseMs = 250;

/**
 * Resolves once the database answers a statement. Tries again every 250 ms for `timeoutMs` (default 30 s), then throws
 * SERVICE_DATABASE_UNREACHABLE; throws SERVICE_DATABASE_REFUSED at once when user, password or name are wrong.
 */
export async function waitForDatabase(url: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<void> {
  const { timeoutMs = 30_000, signal } = options;
  const end = performance.now() + timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    const failure = await tryOnce(url);
    if (failure === undefined) return;
    if (isRefusal(failure))
      throw new ServiceError('SERVICE_DATABASE_REFUSED', `The database refuses the service: ${failure.message}.`, { cause: failure });
    if (performance.now() + pauseMs > end) {
      const message = `The database did not answer in ${timeoutMs} ms and ${attempt} attempts: ${reasonOf(failure)}.`;
      throw new ServiceError('SERVICE_DATABASE_UNREACHABLE', message, { cause: failure });
    }
    if (attempt === 1) report('warn', 'service.database.awaited', 'The database does not answer yet', { reason: reasonOf(failure) });
    await wait(pauseMs, undefined, signal === undefined ? {} : { signal });
  }
}

async function tryOnce(url: string): Promise<Error | undefined> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: attemptTimeoutMs, query_timeout: attemptTimeoutMs });
  client.on('error', (error) => report('debug', 'service.database.lost', 'A connection ended', { reason: error.message }));
  try {
    await client.connect();
    await client.query('select 1');
    return undefined;
  } catch (error) {
    return error as Error;
  } finally {
    await client.end().catch((error: Error) => report('debug', 'service.database.lost', 'A connection ended', { reason: error.message }));
  }
}

/** Invalid password, role, authorisation or database: asking again does not help. */
function isRefusal(error: Error & { code?: string }): boolean {
  return ['28P01', '28000', '3D000', '42501'].includes(error.code ?? '');
}

function reasonOf(error: Error & { code?: string }): string {
  return error.message || error.code || error.name;
}

/** Connection lost or not made, server starting or stopping: the statement may or may not have happened. */
export function isConnectionLoss(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string };
  return (
    /^08|^57P0[123]$/.test(code) ||
    code === 'OUTBOX_COMMIT_UNKNOWN' ||
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/.test(code) ||
    /^Connection terminated|timeout exceeded when trying to connect/i.test(message)
  );
}

/** SQLSTATE 25006, read_only_sql_transaction: what the fence of a cutover answers, through pg and through an ORM that wraps its errors. */
export function isRefusedWrite(error: unknown): boolean {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  return code === '25006' || driverError?.code === '25006';
}

/**
 * Whether a table may be written here now. Its fence is asked, which refuses a statement whatever rows it finds; the transaction stays good, and no fence
 * is closed before it ends.
 */
export async function isWritable(session: SqlSession, table: string): Promise<boolean> {
  await session.query('savepoint before_write');
  try {
    await session.query(`delete from ${table} where false`);
    await session.query('release savepoint before_write');
    return true;
  } catch (error) {
    if (!isRefusedWrite(error)) throw error;
    await session.query('rollback to savepoint before_write');
    return false;
  }
}

/**
 * Does work on a database again while its connection is lost: for statements with the same result when they happen twice.
 * Gives up after `withinMs` (default 3 s) with the last error; other errors pass through at once.
 */
export async function throughConnectionLoss<Result>(work: () => Promise<Result>, options: { withinMs?: number } = {}): Promise<Result> {
  const end = performance.now() + (options.withinMs ?? 3_000);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isConnectionLoss(error) || performance.now() > end) throw error;
      report('warn', 'service.database.retried', 'The connection was lost; the statement is sent again', {
        attempt,
        reason: reasonOf(error as Error),
      });
      await wait(Math.min(50 * attempt, pauseMs));
    }
  }
}
