/** The audit: who moved what, when, why and with what evidence; each row carries the hash of the one before, so that a change shows. */

import { createHash, randomUUID } from 'node:crypto';
import type { ControlDatabase, Query } from './control-database.ts';
import { MigrationError } from './errors.ts';

export interface AuditEntry {
  readonly seq: number;
  /** ISO 8601 UTC, the database's clock. */
  readonly at: string;
  readonly actor: string;
  /** `advance.begun`, `advance.done`, `back.cancelled`, ... */
  readonly action: string;
  readonly extraction: string;
  readonly reason: string;
  /** JSON: from, to, and the evidence. */
  readonly detail: unknown;
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

interface AuditRow {
  readonly seq: string;
  readonly entry_id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly extraction: string;
  readonly reason: string;
  readonly detail: string;
  readonly previous_hash: string;
  readonly hash: string;
}

const firstHash = '0'.repeat(64);

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

/** SHA-256 over all fields as one JSON array, which no two different rows share. */
function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const fields = [row.seq, row.entry_id, row.at, row.actor, row.action, row.extraction, row.reason, row.detail, row.previous_hash];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

/** The newest `limit` entries (default 1000), oldest first. */
export async function readAudit(database: Pick<ControlDatabase, 'read'>, limit = 1000): Promise<readonly AuditEntry[]> {
  const rows = await database.read<AuditRow>('select * from banyan.audit order by seq desc limit $1', [limit]);
  return rows.toReversed().map((row) => ({
    seq: Number(row.seq),
    at: row.at,
    actor: row.actor,
    action: row.action,
    extraction: row.extraction,
    reason: row.reason,
    detail: JSON.parse(row.detail) as unknown,
    hash: row.hash,
  }));
}

export interface AuditCheck {
  readonly rows: number;
  /** Hash of the newest row: keep it elsewhere to notice a chain that was cut short or rewritten whole. */
  readonly headHash: string;
}

/** Recomputes the whole chain. Throws `MIGRATION_AUDIT_BROKEN` naming the first row that was changed, removed or inserted. */
export async function verifyAudit(database: Pick<ControlDatabase, 'read'>): Promise<AuditCheck> {
  let rows = 0;
  let headHash = firstHash;
  for (;;) {
    const page = await database.read<AuditRow>('select * from banyan.audit where seq > $1 order by seq limit 1000', [rows]);
    for (const row of page) {
      const isNext = Number(row.seq) === rows + 1 && row.previous_hash === headHash && row.hash === hashOf(row);
      if (!isNext)
        throw new MigrationError('MIGRATION_AUDIT_BROKEN', `The audit is broken at row ${row.seq} (${row.action} of "${row.extraction}").`);
      rows += 1;
      headHash = row.hash;
    }
    if (page.length < 1000) return { rows, headHash };
  }
}
