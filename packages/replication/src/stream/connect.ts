// Opens the sessions of a stream and makes sure that following from the stored position loses nothing.
import type { Client } from 'pg';
import { ReferentialActions } from '../apply/referential-actions.ts';
import { Sink } from '../apply/sink.ts';
import { controlTable, databaseIdentity } from '../bookkeeping/schema.ts';
import { readPosition, sourceOfStream, type StoredPosition } from '../bookkeeping/position.ts';
import { loadPairs, type TablePair } from '../catalogue/table-shape.ts';
import { ReplicationError } from '../errors.ts';
import { explainRights } from '../inspect/rights.ts';
import { SlotReader } from '../pgoutput/reader.ts';
import { SlotBusyError } from '../postgres/failure.ts';
import { lsnToText, textToLsn } from '../postgres/lsn.ts';
import { closeSession, destroySession, openSession } from '../postgres/session.ts';
import type { StreamOptions } from './options.ts';
import { objectName, retryWhileBusy, takeOrigin } from './slot.ts';

export interface Connection {
  readonly reader: SlotReader;
  readonly sink: Sink;
  readonly pairs: ReadonlyMap<string, TablePair>;
  readonly position: bigint;
  readonly awaitingOpening: boolean;
  readonly isLoop: (origin: string) => Promise<boolean>;
  close(): void;
}

/** Throws what keeps the stream from following; whatever was opened is closed then. */
export async function connectStream(options: StreamOptions): Promise<Connection> {
  const opened: Client[] = [];
  const open = async (url: string, name: string, replication = false) => {
    const session = await openSession(url, { name: `${options.name} ${name}`, replication });
    opened.push(session);
    return session;
  };
  try {
    const target = await open(options.target, 'apply');
    const source = await open(options.source, 'follow');
    const busyTimeoutMs = options.limits?.busyTimeoutMs ?? 10_000;
    await takeOrigin(target, options.name, busyTimeoutMs);
    const { position, awaitingOpening } = await resumePosition(options, source, target, busyTimeoutMs);
    const pairs = await loadStreamPairs(options, source, target);
    const own = [...pairs.values()].filter((pair) => pair.source.name !== controlTable(options.name));
    const references = options.direction === 'reverse' ? await ReferentialActions.load(target, own) : ReferentialActions.none();
    const replication = await open(options.source, 'slot', true);
    const readAhead = options.limits?.readAheadBytes;
    const reader = new SlotReader(replication, {
      slot: objectName(options.name),
      publication: objectName(options.name),
      from: position,
      ...(readAhead === undefined ? {} : { maxBufferedBytes: readAhead }),
    });
    reader.start();
    return {
      reader,
      sink: new Sink(target, options.name, references),
      pairs,
      position,
      awaitingOpening,
      isLoop: loopDetector(source, await databaseIdentity(target)),
      close: () => {
        reader.close();
        destroySession(source);
        destroySession(target);
      },
    };
  } catch (error) {
    for (const session of opened) closeSession(session);
    throw explainRights(error);
  }
}

async function loadStreamPairs(options: StreamOptions, source: Client, target: Client): Promise<Map<string, TablePair>> {
  const control = controlTable(options.name);
  const pairs = await loadPairs(source, target, [...options.tables, { source: control, target: control }]);
  return new Map(pairs.map((pair) => [pair.source.name, pair]));
}

/**
 * A transaction is a loop when its origin is a stream that reads from our own target. Others are real changes: what a third stream
 * or a referential action writes here must go on, which `origin = none` of PostgreSQL 16 would drop.
 */
function loopDetector(source: Client, targetIdentity: string): (origin: string) => Promise<boolean> {
  const known = new Map<string, boolean>();
  return async (origin) => {
    const cached = known.get(origin);
    if (cached !== undefined) return cached;
    const stream = origin.startsWith('banyan_') ? origin.slice('banyan_'.length) : undefined;
    const loop = stream !== undefined && (await sourceOfStream(source, stream)) === targetIdentity;
    known.set(origin, loop);
    return loop;
  };
}

async function resumePosition(options: StreamOptions, source: Client, target: Client, busyTimeoutMs: number): Promise<StoredPosition> {
  const stored = await readPosition(target, options.name);
  if (stored === undefined) throw new ReplicationError('REPLICATION_NOT_COPIED', `Stream ${options.name} has no stored position.`);
  await checkSource(options, source, stored);
  await retryWhileBusy(`Slot ${objectName(options.name)}`, busyTimeoutMs, () => checkSlot(options, source, stored));
  return stored;
}

async function checkSource(options: StreamOptions, source: Client, stored: StoredPosition): Promise<void> {
  const identity = await databaseIdentity(source);
  const end = await source.query<{ lsn: string }>('select pg_catalog.pg_current_wal_insert_lsn()::text as lsn');
  const endLsn = textToLsn(end.rows[0]?.lsn ?? '0/0');
  if (identity === stored.sourceIdentity && endLsn >= stored.position) return;
  const message = `Stream ${options.name} was copied from ${stored.sourceIdentity} up to ${lsnToText(stored.position)}; the source is ${identity} at ${lsnToText(endLsn)}.`;
  throw new ReplicationError('REPLICATION_SOURCE_CHANGED', message);
}

async function checkSlot(options: StreamOptions, source: Client, stored: StoredPosition): Promise<void> {
  const name = objectName(options.name);
  const found = await source.query<{ confirmed: string | null; status: string | null; pid: number | null }>(
    `select confirmed_flush_lsn::text as confirmed, wal_status as status, active_pid as pid
     from pg_catalog.pg_replication_slots where slot_name = $1 and database = current_database()`,
    [name],
  );
  const slot = found.rows[0];
  if (slot === undefined) throw new ReplicationError('REPLICATION_SLOT_MISSING', `Slot ${name} does not exist on the source.`);
  if (slot.status === 'lost') throw new ReplicationError('REPLICATION_SLOT_LOST', `Slot ${name} has lost its WAL.`);
  const confirmed = textToLsn(slot.confirmed ?? '0/0');
  if (confirmed > stored.position) {
    const message = `Slot ${name} begins at ${lsnToText(confirmed)}, after the stored position ${lsnToText(stored.position)}.`;
    throw new ReplicationError('REPLICATION_SLOT_RECREATED', message);
  }
  if (slot.pid !== null) throw new SlotBusyError(`slot ${name} is active for process ${slot.pid}`);
}
