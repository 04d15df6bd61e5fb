// How far a stream has been applied, kept in the target and moved in the transaction that applies.
import { escapeLiteral } from 'pg';
import { lsnToText, textToLsn } from '../postgres/lsn.ts';
import type { SqlSession } from '../postgres/session.ts';

export interface StoredPosition {
  readonly position: bigint;
  readonly sourceIdentity: string;
  /** The source does not own its tables yet: any change of theirs but an applier's is a rogue write. */
  readonly awaitingOpening: boolean;
}

export async function readPosition(target: SqlSession, stream: string): Promise<StoredPosition | undefined> {
  if (!(await positionsKnown(target))) return undefined;
  const found = await target.query(
    'select position::text, source_identity, awaiting_opening from banyan.stream_position where stream = $1 and dropped_at is null',
    [stream],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    position: textToLsn(row['position'] as string),
    sourceIdentity: row['source_identity'] as string,
    awaitingOpening: row['awaiting_opening'] === true,
  };
}

/** Sets the first position of a stream; part of the caller's transaction. */
export async function storeFirstPosition(target: SqlSession, stream: string, stored: StoredPosition): Promise<void> {
  await target.query(
    `insert into banyan.stream_position (stream, source_identity, position, awaiting_opening) values ($1, $2, $3::pg_lsn, $4)
     on conflict (stream) do update set source_identity = excluded.source_identity, position = excluded.position,
       awaiting_opening = excluded.awaiting_opening,
       started_at = clock_timestamp(), stored_at = clock_timestamp(), dropped_at = null`,
    [stream, stored.sourceIdentity, lsnToText(stored.position), stored.awaitingOpening],
  );
}

/** The statement that moves a position, as text, so that it can travel in one message with COMMIT. */
export function movePositionStatement(stream: string, position: bigint, opened: boolean): string {
  return `update banyan.stream_position set position = ${escapeLiteral(lsnToText(position))}::pg_lsn, stored_at = clock_timestamp()${opened ? ', awaiting_opening = false' : ''}
    where stream = ${escapeLiteral(stream)} and position < ${escapeLiteral(lsnToText(position))}::pg_lsn`;
}

/** Ends a stream's position. The row stays until its origin is gone, because readers of the target still recognise loops by it. */
export async function endPosition(target: SqlSession, stream: string): Promise<void> {
  if (!(await positionsKnown(target))) return;
  await target.query('update banyan.stream_position set dropped_at = clock_timestamp() where stream = $1 and dropped_at is null', [stream]);
}

export async function forgetPosition(target: SqlSession, stream: string): Promise<void> {
  if (await positionsKnown(target)) await target.query('delete from banyan.stream_position where stream = $1', [stream]);
}

/** Which database the stream behind an origin reads from; undefined when it is none of ours. */
export async function sourceOfStream(session: SqlSession, stream: string): Promise<string | undefined> {
  if (!(await positionsKnown(session))) return undefined;
  const found = await session.query('select source_identity from banyan.stream_position where stream = $1', [stream]);
  return found.rows[0]?.['source_identity'] as string | undefined;
}

async function positionsKnown(session: SqlSession): Promise<boolean> {
  const known = await session.query("select pg_catalog.to_regclass('banyan.stream_position') is not null as known");
  return known.rows[0]?.['known'] === true;
}
