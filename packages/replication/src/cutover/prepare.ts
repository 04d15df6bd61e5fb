// Everything of a cutover that can be done while both sides still run: afterwards the window is a handful of statements.
import type { Client } from 'pg';
import { requireSoundReferences } from '../catalogue/dangling-references.ts';
import { loadSequences, pairSequences, type SequencePair } from '../catalogue/sequences.ts';
import { loadPairs, type TablePair } from '../catalogue/table-shape.ts';
import { crashPoint } from '../crash-points.ts';
import { ReplicationError } from '../errors.ts';
import { closeFence, openFenceSession } from '../fence/close-fence.ts';
import { installFence, readFence } from '../fence/fence.ts';
import { withRightsExplained } from '../inspect/rights.ts';
import { closeSession } from '../postgres/session.ts';
import type { ReplicatedTable } from '../stream/options.ts';
import { verifyTouched } from '../verify/verify.ts';
import type { CutoverOptions } from './types.ts';
import { proveWayBack } from './way-back.ts';

export interface PreparedCutover {
  readonly from: Client;
  readonly to: Client;
  readonly pairs: readonly TablePair[];
  readonly sequences: readonly SequencePair[];
  close(): void;
}

export function tablesOf(options: CutoverOptions): readonly ReplicatedTable[] {
  return options.tables ?? options.forwardStream.options.tables;
}

/** The epoch after every one that either side has seen. */
export async function nextEpoch(options: CutoverOptions): Promise<bigint> {
  const tables = tablesOf(options);
  const sides = [
    { url: options.from.url, names: tables.map((table) => table.source) },
    { url: options.to.url, names: tables.map((table) => table.target) },
  ];
  let highest = 0n;
  for (const side of sides) {
    const session = await openFenceSession(side.url);
    try {
      await withRightsExplained(() => installFence(session, side.names));
      for (const state of await readFence(session, side.names)) if (state.epoch > highest) highest = state.epoch;
    } finally {
      closeSession(session);
    }
  }
  return highest + 1n;
}

/** Throws what forbids the cutover; nothing has been held or fenced then. */
export async function prepareCutover(options: CutoverOptions): Promise<PreparedCutover> {
  const tables = tablesOf(options);
  const fromNames = tables.map((table) => table.source);
  const toNames = tables.map((table) => table.target);
  const from = await openFenceSession(options.from.url);
  const to = await openFenceSession(options.to.url).catch((error: unknown) => {
    closeSession(from);
    throw error;
  });
  try {
    await requireOwner(from, fromNames, options.from.name);
    await refusePreparedTransactions(from, options.from.name);
    await closeIfOpen(to, toNames);
    await options.reverseStream.prepare({ awaitOpening: true });
    await options.reverseStream.start();
    crashPoint('cutover.reverse-running');
    await proveWayBack(options.reverseStream);
    await requireSoundReferences(to, toNames, options.to.name);
    await requireSmallLag(options);
    await settleTouchedKeys(options);
    const pairs = await loadPairs(from, to, tables);
    const sequences = pairSequences(await loadSequences(from, fromNames), await loadSequences(to, toNames), tables);
    return {
      from,
      to,
      pairs,
      sequences,
      close: () => {
        closeSession(from);
        closeSession(to);
      },
    };
  } catch (error) {
    closeSession(from);
    closeSession(to);
    throw error;
  }
}

async function requireOwner(from: Client, tables: readonly string[], side: string): Promise<void> {
  const closed = (await readFence(from, tables)).filter((state) => state.closed).map((state) => state.table);
  if (closed.length === 0) return;
  throw new ReplicationError('REPLICATION_EPOCH_STALE', `${side} does not own ${closed.join(', ')}: its fence is closed.`);
}

/** A prepared transaction keeps its locks without a session, so the fence would wait for it in vain. */
async function refusePreparedTransactions(from: Client, side: string): Promise<void> {
  const found = await from.query<{ gid: string }>('select gid from pg_catalog.pg_prepared_xacts where database = current_database()');
  if (found.rows.length === 0) return;
  throw new ReplicationError(
    'REPLICATION_PREPARED_TRANSACTION',
    `${side} holds prepared transactions: ${found.rows.map((row) => row.gid).join(', ')}.`,
  );
}

async function closeIfOpen(to: Client, tables: readonly string[]): Promise<void> {
  const open = (await readFence(to, tables)).filter((state) => !state.closed);
  if (open.length > 0) await closeFence(to, { tables });
}

async function requireSmallLag(options: CutoverOptions): Promise<void> {
  const maxLagMs = options.maxLagMs ?? 1_000;
  await options.forwardStream.mark({ timeoutMs: maxLagMs, ...(options.signal === undefined ? {} : { signal: options.signal }) });
}

/** Verifies what was written since the last verify, so that only the last moments are left for the window. */
async function settleTouchedKeys(options: CutoverOptions): Promise<void> {
  const report = await verifyTouched({
    stream: options.forwardStream,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (report.ok) return;
  const tables = report.tables.filter((table) => table.differing + table.missing + table.extra > 0).map((table) => table.table);
  throw new ReplicationError('REPLICATION_DIFFERENCES', `Both sides differ in ${tables.join(', ')}.`);
}
