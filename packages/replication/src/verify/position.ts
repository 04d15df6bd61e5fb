// Brings both sides of a running stream to one position and opens a snapshot of each. Source: VDiff of Vitess (table_differ.go).
import { randomBytes } from 'node:crypto';
import { type Client, escapeLiteral } from 'pg';
import { lsnToText } from '../postgres/lsn.ts';
import { closeSession, destroySession, openSession } from '../postgres/session.ts';
import { createSlot } from '../stream/slot.ts';
import type { ReplicationStream, StreamHold } from '../stream/options.ts';

export interface OnePosition {
  /** Repeatable read, read only. */
  readonly source: Client;
  readonly target: Client;
  readonly positionLsn: string;
}

export interface PositionOptions {
  readonly stream: ReplicationStream;
  readonly signal?: AbortSignal;
  /** Runs on the target while the applier still stands at the position; the stream waits for it. */
  readonly whileHeld?: (sides: OnePosition) => Promise<void>;
}

/**
 * The applier stands still, a temporary slot gives a snapshot of the source at q, the applier goes on to exactly q, the target's
 * snapshot is taken, and the stream runs again; `work` compares at leisure. The stream pauses for as long as the oldest open
 * transaction of the source (bounded by its slotTimeoutMs) plus some milliseconds.
 */
export async function atOnePosition<T>(options: PositionOptions, work: (sides: OnePosition) => Promise<T>): Promise<T> {
  const { stream, signal } = options;
  signal?.throwIfAborted();
  const opened = await Promise.all([
    openSession(stream.options.source, { name: `${stream.name} verify` }),
    openSession(stream.options.target, { name: `${stream.name} verify` }),
    openSession(stream.options.source, { name: `${stream.name} verify slot`, replication: true }),
  ]);
  const [source, target, replication] = opened;
  const cut = () => opened.forEach((session) => destroySession(session));
  signal?.addEventListener('abort', cut, { once: true });
  try {
    const hold = await stream.hold();
    signal?.addEventListener('abort', hold.release.bind(hold), { once: true });
    try {
      const positionLsn = await meet(stream, hold, source, target, replication);
      await options.whileHeld?.({ source, target, positionLsn });
      hold.release();
      closeSession(replication);
      return await work({ source, target, positionLsn });
    } finally {
      hold.release();
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', cut);
    for (const session of opened) closeSession(session);
  }
}

async function meet(stream: ReplicationStream, hold: StreamHold, source: Client, target: Client, replication: Client): Promise<string> {
  const name = `banyan_verify_${randomBytes(6).toString('hex')}`;
  const timeoutMs = stream.options.limits?.slotTimeoutMs ?? 30_000;
  const slot = await createSlot(replication, stream.options.source, { name, temporary: true, timeoutMs });
  await source.query(`begin isolation level repeatable read read only; set transaction snapshot ${escapeLiteral(slot.snapshot)}`);
  // On an idle source nothing would tell the applier that it has everything before q; this mark, which lies behind q, does.
  stream.mark({ timeoutMs: 60_000 }).catch(() => {}); // only its place in the log matters; a lost connection also ends the hold
  await hold.advanceTo(slot.consistentPoint);
  await target.query('begin isolation level repeatable read read only');
  await target.query('select 1'); // the snapshot is taken by the first statement
  return lsnToText(slot.consistentPoint);
}
