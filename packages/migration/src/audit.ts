/** The audit: who moved what, when, why and with what evidence; each row carries the hash of the one before, so that a change shows. */

import { randomUUID } from 'node:crypto';
import { type AuditRow, checkChain, firstHash, hashOf } from './audit/chain.ts';
import type { ControlDatabase, Query } from './control-database.ts';
import { MigrationError } from './errors.ts';

export interface AuditEntry {
  readonly seq: number;
  readonly entryId: string;
  /** ISO 8601 UTC, the database's clock. */
  readonly at: string;
  readonly actor: string;
  /** `advance.begun`, `advance.done`, `back.cancelled`, ... */
  readonly action: string;
  readonly extraction: string;
  readonly reason: string;
  /** JSON: from, to, and the evidence. */
  readonly detail: unknown;
  /** Of the entry before. */
  readonly previousHash: string;
  readonly hash: string;
}

export interface NewAuditEntry {
  /** Makes a retried append harmless. Default: a new one. */
  readonly entryId?: string;
  readonly actor: string;
  readonly action: string;
  readonly extraction: string;
  readonly reason?: string;
  readonly detail: unknown;
}

/** Appends within the caller's transaction; appends of several transactions follow one another. */
export async function appendAudit(query: Query, entry: NewAuditEntry): Promise<void> {
  const entryId = entry.entryId ?? randomUUID();
  await query("select pg_advisory_xact_lock(hashtext('banyan.audit'))");
  const known = await query('select 1 from banyan.audit where entry_id = $1', [entryId]);
  if (known.length > 0) return;
  const last = (await query<{ seq: string; hash: string }>('select seq, hash from banyan.audit order by seq desc limit 1'))[0];
  const now = await query<{ at: string }>(`select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`);
  const row = {
    seq: String(Number(last?.seq ?? 0) + 1),
    entry_id: entryId,
    at: now[0]?.at ?? '',
    actor: entry.actor,
    action: entry.action,
    extraction: entry.extraction,
    reason: entry.reason ?? '',
    detail: JSON.stringify(entry.detail ?? null),
    previous_hash: last?.hash ?? firstHash,
  };
  await query(
    `insert into banyan.audit (seq, entry_id, at, actor, action, extraction, reason, detail, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [row.seq, row.entry_id, row.at, row.actor, row.action, row.extraction, row.reason, row.detail, row.previous_hash, hashOf(row)],
  );
}

/** The newest `limit` entries (default 1000), oldest first. */
export async function readAudit(database: Pick<ControlDatabase, 'read'>, limit = 1000): Promise<readonly AuditEntry[]> {
  const rows = await database.read<AuditRow>('select * from banyan.audit order by seq desc limit $1', [limit]);
  return rows.toReversed().map(toEntry);
}

function toEntry(row: AuditRow): AuditEntry {
  const { at, actor, action, extraction, reason, hash } = row;
  const more = { entryId: row.entry_id, previousHash: row.previous_hash };
  return { seq: Number(row.seq), ...more, at, actor, action, extraction, reason, detail: parsed(row.detail), hash };
}

/** What somebody has written by hand in place of JSON is shown as it is; the chain tells that it was changed. */
function parsed(detail: string): unknown {
  try {
    return JSON.parse(detail) as unknown;
  } catch {
    return detail;
  }
}

export interface AuditCheck {
  readonly rows: number;
  /** Hash of the newest row: keep it elsewhere to notice a chain that was cut short or rewritten whole. */
  readonly headHash: string;
}

/** Recomputes the whole chain. Throws `MIGRATION_AUDIT_BROKEN` naming the first row that was changed, removed or inserted, and what was expected of it. */
export async function verifyAudit(database: Pick<ControlDatabase, 'read'>): Promise<AuditCheck> {
  let check: AuditCheck = { rows: 0, headHash: firstHash };
  for (;;) {
    const page = await database.read<AuditRow>('select * from banyan.audit where seq > $1 order by seq limit 1000', [check.rows]);
    check = advance(check, page);
    if (page.length < 1000) return check;
  }
}

/** As verifyAudit, of entries that were read before. Those before the first one given are taken on trust. */
export function verifyEntries(entries: readonly AuditEntry[]): AuditCheck {
  const [first] = entries;
  if (first === undefined) return { rows: 0, headHash: firstHash };
  const before = first.seq === 1 ? { rows: 0, headHash: firstHash } : { rows: first.seq - 1, headHash: first.previousHash };
  return advance(before, entries.map(toRow));
}

function advance({ rows, headHash }: AuditCheck, page: readonly AuditRow[]): AuditCheck {
  const broken = checkChain({ seq: rows, hash: headHash }, page);
  if (broken === undefined) return { rows: rows + page.length, headHash: page.at(-1)?.hash ?? headHash };
  const { row, why } = broken;
  throw new MigrationError(
    'MIGRATION_AUDIT_BROKEN',
    `The audit is broken at row ${row.seq} (${row.action} of "${row.extraction}"): ${why}`,
    {
      evidence: { seq: Number(row.seq), entryId: row.entry_id, at: row.at, actor: row.actor, action: row.action, ...broken.evidence },
    },
  );
}

function toRow(entry: AuditEntry): AuditRow {
  const { seq, entryId, previousHash, detail, ...same } = entry;
  return { ...same, seq: String(seq), entry_id: entryId, previous_hash: previousHash, detail: JSON.stringify(detail) };
}
