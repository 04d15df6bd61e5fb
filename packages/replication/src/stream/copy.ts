// The copy: one snapshot of the source, passed through as text, committed on the target together with the position it stands for.
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Client, escapeLiteral } from 'pg';
import copyStreams from 'pg-copy-streams';
import { controlTable, databaseIdentity, installBookkeeping, installControlTable } from '../bookkeeping/schema.ts';
import { storeFirstPosition } from '../bookkeeping/position.ts';
import { columnList, loadPairs, type TablePair, targetTable } from '../catalogue/table-shape.ts';
import { crashPoint } from '../crash-points.ts';
import { ReplicationError } from '../errors.ts';
import { closeFenceInTransaction, installFence } from '../fence/fence.ts';
import { lsnToText } from '../postgres/lsn.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import { closeSession, destroySession, openSession } from '../postgres/session.ts';
import { withRightsExplained } from '../inspect/rights.ts';
import type { CopyProgress, CopyReport, StreamOptions } from './options.ts';
import { createSlot, dropSlot, ensurePublication, objectName, takeOrigin } from './slot.ts';

interface CopySessions {
  readonly replication: Client;
  readonly source: Client;
  readonly target: Client;
}

export interface CopyRun {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** Starts over each time it is called: slot, rows and position are replaced. */
export async function copyTables(options: StreamOptions, run: CopyRun): Promise<CopyReport> {
  const started = performance.now();
  const sessions = await withRightsExplained(() => openSessions(options));
  const cut = () => [sessions.replication, sessions.source, sessions.target].forEach((session) => destroySession(session));
  run.signal?.addEventListener('abort', cut, { once: true });
  try {
    run.signal?.throwIfAborted();
    return await withRightsExplained(() => copyInSessions(options, run, sessions, started));
  } catch (error) {
    if (run.signal?.aborted === true)
      throw new ReplicationError('REPLICATION_ABORTED', `The copy of ${options.name} was cancelled.`, { cause: error });
    throw error;
  } finally {
    run.signal?.removeEventListener('abort', cut);
    for (const session of [sessions.replication, sessions.source, sessions.target]) closeSession(session);
  }
}

async function openSessions(options: StreamOptions): Promise<CopySessions> {
  const opened = await Promise.allSettled([
    openSession(options.source, { name: `${options.name} slot`, replication: true }),
    openSession(options.source, { name: `${options.name} copy` }),
    openSession(options.target, { name: `${options.name} copy` }),
  ]);
  const [replication, source, target] = opened;
  if (replication.status === 'fulfilled' && source.status === 'fulfilled' && target.status === 'fulfilled') {
    return { replication: replication.value, source: source.value, target: target.value };
  }
  for (const session of opened) if (session.status === 'fulfilled') closeSession(session.value);
  throw opened.find((session) => session.status === 'rejected')?.reason;
}

async function copyInSessions(options: StreamOptions, run: CopyRun, sessions: CopySessions, started: number): Promise<CopyReport> {
  const { source, target } = sessions;
  const { busyTimeoutMs = 10_000, slotTimeoutMs = 30_000 } = options.limits ?? {};
  const pairs = await prepareSides(options, source, target);
  await takeOrigin(target, options.name, busyTimeoutMs);
  await dropSlot(source, objectName(options.name), busyTimeoutMs);
  await ensurePublication(source, options.name, publishedTables(options));
  const slot = await createSlot(sessions.replication, options.source, {
    name: objectName(options.name),
    temporary: false,
    timeoutMs: slotTimeoutMs,
  });
  crashPoint('copy.slot-created');
  await source.query(`begin isolation level repeatable read read only; set transaction snapshot ${escapeLiteral(slot.snapshot)}`);
  await target.query('begin');
  if (options.direction === 'forward') await closeFenceInTransaction(target, tableNames(pairs));
  for (const pair of pairs) await target.query(`delete from ${targetTable(pair)}`);
  crashPoint('copy.target-emptied');
  const tables: { table: string; rows: number; bytes: number; ms: number }[] = [];
  for (const pair of pairs) {
    const report = (bytes: number) =>
      run.onProgress?.({ table: pair.target.name, bytes, tablesDone: tables.length, tablesTotal: pairs.length });
    tables.push(await copyTable(source, target, pair, report));
  }
  crashPoint('copy.rows-copied');
  const sourceIdentity = await databaseIdentity(source);
  await storeFirstPosition(target, options.name, { position: slot.consistentPoint, sourceIdentity, awaitingOpening: false });
  await target.query('commit');
  crashPoint('copy.committed');
  for (const pair of pairs) await target.query(`analyze ${targetTable(pair)}`);
  return { positionLsn: lsnToText(slot.consistentPoint), tables, ms: performance.now() - started };
}

/** Bookkeeping on both sides, control table, and for a forward stream the fence of the target; answers the paired shapes. */
export async function prepareSides(options: StreamOptions, source: Client, target: Client): Promise<TablePair[]> {
  for (const session of [source, target]) {
    await installBookkeeping(session);
    await installControlTable(session, options.name);
  }
  const pairs = await loadPairs(source, target, options.tables);
  if (options.direction === 'forward') await installFence(target, tableNames(pairs));
  return pairs;
}

export function publishedTables(options: StreamOptions): string[] {
  return [...options.tables.map((table) => table.source), controlTable(options.name)];
}

function tableNames(pairs: readonly TablePair[]): string[] {
  return pairs.map((pair) => pair.target.name);
}

/** A pair of tables whose rows are copied; a stream needs a key as well, a copy does not. */
export type CopiedTable = Pick<TablePair, 'source' | 'target' | 'columns'>;

export async function copyTable(
  source: Client,
  target: Client,
  pair: CopiedTable,
  report: (bytes: number) => void,
): Promise<{ table: string; rows: number; bytes: number; ms: number }> {
  const started = performance.now();
  let bytes = 0;
  let reported = started;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (performance.now() - reported > 200) report(bytes);
      if (performance.now() - reported > 200) reported = performance.now();
      done(null, chunk);
    },
  });
  const into = target.query(copyStreams.from(`copy ${targetTable(pair)} (${columnList(pair)}) from stdin`));
  const outOf = source.query(copyStreams.to(`copy (select ${columnList(pair)} from ${quoteTable(pair.source.name)}) to stdout`));
  await pipeline(outOf, meter, into);
  report(bytes);
  return { table: pair.target.name, rows: into.rowCount, bytes, ms: performance.now() - started };
}
