/** The chain of the audit: each row carries the hash of the one before, so that whatever was changed shows at the first row that does not fit. */

import { createHash } from 'node:crypto';

/** As the database keeps it; `detail` is JSON, kept exactly as it was hashed. */
export interface AuditRow {
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

export const firstHash = '0'.repeat(64);

/** SHA-256 over all fields as one JSON array, which no two different rows share. */
export function hashOf(row: Omit<AuditRow, 'hash'>): string {
  const fields = [row.seq, row.entry_id, row.at, row.actor, row.action, row.extraction, row.reason, row.detail, row.previous_hash];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

export interface BrokenRow {
  readonly row: AuditRow;
  /** What was expected, as a sentence. */
  readonly why: string;
  readonly evidence: { readonly expected: string; readonly found: string };
}

/** The first row that does not follow on the one before; undefined when all do. */
export function checkChain(before: { readonly seq: number; readonly hash: string }, rows: readonly AuditRow[]): BrokenRow | undefined {
  let { seq, hash } = before;
  for (const row of rows) {
    const broken = checkRow(row, seq + 1, hash);
    if (broken !== undefined) return broken;
    ({ hash } = row);
    seq += 1;
  }
  return undefined;
}

function checkRow(row: AuditRow, seq: number, previousHash: string): BrokenRow | undefined {
  if (Number(row.seq) !== seq) {
    const why = `row ${seq} was expected here; it was removed, or this one was inserted.`;
    return { row, why, evidence: { expected: String(seq), found: row.seq } };
  }
  if (row.previous_hash !== previousHash) {
    const why = `it follows on ${short(row.previous_hash)}, and the row before it has the hash ${short(previousHash)}.`;
    return { row, why, evidence: { expected: previousHash, found: row.previous_hash } };
  }
  const expected = hashOf(row);
  if (row.hash === expected) return undefined;
  const why = `its fields have the hash ${short(expected)}, and it carries ${short(row.hash)}; one of them was changed after it was written.`;
  return { row, why, evidence: { expected, found: row.hash } };
}

function short(hash: string): string {
  return `${hash.slice(0, 12)}…`;
}
