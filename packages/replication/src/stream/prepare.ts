// Beginning a stream without a copy, and ending one.
import type { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlTable, databaseIdentity } from '../bookkeeping/schema.ts';
import { endPosition, forgetPosition, readPosition, storeFirstPosition } from '../bookkeeping/position.ts';
import { crashPoint } from '../crash-points.ts';
import { withRightsExplained } from '../inspect/rights.ts';
import { quoteTable } from '../postgres/identifiers.ts';
import { textToLsn } from '../postgres/lsn.ts';
import { closeSession, openSession, withSession } from '../postgres/session.ts';
import { prepareSides, publishedTables } from './copy.ts';
import type { StreamOptions } from './options.ts';
import { createSlot, dropOrigin, dropSlot, ensurePublication, objectName, takeOrigin } from './slot.ts';

/** Publication, slot and position. A slot and position that belong together are kept; anything half made is made anew. */
export async function prepareStream(options: StreamOptions, awaitOpening: boolean): Promise<void> {
  await withRightsExplained(() =>
    withSession(options.source, `${options.name} prepare`, (source) =>
      withSession(options.target, `${options.name} prepare`, (target) => prepareInSessions(options, source, target, awaitOpening)),
    ),
  );
}

async function prepareInSessions(options: StreamOptions, source: Client, target: Client, awaitingOpening: boolean): Promise<void> {
  const { busyTimeoutMs = 10_000, slotTimeoutMs = 30_000 } = options.limits ?? {};
  await prepareSides(options, source, target);
  if (!awaitingOpening && (await isPrepared(options, source, target))) return;
  await takeOrigin(target, options.name, busyTimeoutMs);
  await dropSlot(source, objectName(options.name), busyTimeoutMs);
  await ensurePublication(source, options.name, publishedTables(options));
  const replication = await openSession(options.source, { name: `${options.name} slot`, replication: true });
  try {
    const slot = await createSlot(replication, options.source, {
      name: objectName(options.name),
      temporary: false,
      timeoutMs: slotTimeoutMs,
    });
    crashPoint('prepare.slot-created');
    const sourceIdentity = await databaseIdentity(source);
    await storeFirstPosition(target, options.name, { position: slot.consistentPoint, sourceIdentity, awaitingOpening });
    crashPoint('prepare.position-stored');
  } finally {
    closeSession(replication);
  }
}

async function isPrepared(options: StreamOptions, source: Client, target: Client): Promise<boolean> {
  const stored = await readPosition(target, options.name);
  if (stored === undefined || stored.sourceIdentity !== (await databaseIdentity(source))) return false;
  const found = await source.query<{ confirmed: string }>(
    `select confirmed_flush_lsn::text as confirmed from pg_catalog.pg_replication_slots
     where slot_name = $1 and database = current_database() and wal_status is distinct from 'lost'`,
    [objectName(options.name)],
  );
  const slot = found.rows[0];
  return slot !== undefined && textToLsn(slot.confirmed) <= stored.position;
}

/** Removes everything the stream made. */
export async function dropStream(options: StreamOptions): Promise<void> {
  await dropSourcePart(options);
  await dropTargetPart(options);
}

/** Slot, publication and control table of the source. */
export async function dropSourcePart(options: StreamOptions): Promise<void> {
  await onOneSide(options.source, options, async (source) => {
    await dropSlot(source, objectName(options.name), busyTimeoutOf(options));
    await source.query(`drop publication if exists ${objectName(options.name)}`);
    await source.query(`drop table if exists ${quoteTable(controlTable(options.name))}`);
  });
}

/** Position, control table and origin of the target. The origin goes last, and only when nobody can meet it any more. */
export async function dropTargetPart(options: StreamOptions): Promise<void> {
  await onOneSide(options.target, options, async (target) => {
    await endPosition(target, options.name);
    await target.query(`drop table if exists ${quoteTable(controlTable(options.name))}`);
    if (!(await originIsUnread(target, options.name))) return; // the name stays until the next drop; readers of this database still need it
    await dropOrigin(target, options.name, busyTimeoutOf(options));
    await forgetPosition(target, options.name);
  });
}

function onOneSide(url: string, { name }: StreamOptions, work: (session: Client) => Promise<void>): Promise<void> {
  return withRightsExplained(() => withSession(url, `${name} drop`, work));
}

function busyTimeoutOf({ limits }: StreamOptions): number {
  return limits?.busyTimeoutMs ?? 10_000;
}

/**
 * A reader of this database that still has our transactions in front of it would see them without an origin once that is dropped,
 * and carry them back. So running readers are waited for (at most 5 s) until they have passed the present end of the log.
 */
async function originIsUnread(target: Client, stream: string): Promise<boolean> {
  const lastWrite = await lastWriteOf(target, stream);
  const deadline = performance.now() + 5_000;
  for (;;) {
    const behind = await target.query<{ active: boolean }>(
      `select active from pg_catalog.pg_replication_slots
       where slot_type = 'logical' and database = current_database() and confirmed_flush_lsn < $1::pg_lsn`,
      [lastWrite],
    );
    if (behind.rows.length === 0) return true;
    if (behind.rows.some((slot) => !slot.active) || performance.now() > deadline) return false;
    await sleep(20);
  }
}

/** Where the origin's last transaction lies in the log; without the right to see that, the present end of the log, which is later. */
async function lastWriteOf(target: Client, stream: string): Promise<string> {
  const may = await target.query<{ may: boolean }>(
    "select pg_catalog.has_function_privilege('pg_catalog.pg_show_replication_origin_status()', 'execute') as may",
  );
  const query = may.rows[0]?.may
    ? 'select max(local_lsn)::text as lsn from pg_catalog.pg_replication_origin_status where external_id = $1'
    : 'select pg_catalog.pg_current_wal_insert_lsn()::text as lsn where $1::text is not null';
  const found = await target.query<{ lsn: string | null }>(query, [objectName(stream)]);
  return found.rows[0]?.lsn ?? '0/0';
}
