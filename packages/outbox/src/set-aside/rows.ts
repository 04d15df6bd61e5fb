/** Set-aside events as the database keeps them, and back. */
import type { DiscardedEntry, InboxEntry, NewSetAside, Postponement, SetAside, SetAsideFilter } from '@banyan/bus';

export interface SetAsideRow {
  readonly id: string;
  readonly consumer_group: string;
  readonly generation: string;
  readonly event_id: string;
  readonly partition_key: string;
  readonly type: string;
  readonly content: unknown;
  readonly state: SetAside['state'];
  readonly attempts: number;
  readonly revision: number;
  readonly due_at: Date | null;
  readonly reason: SetAside['reason'];
  readonly error: string;
  readonly set_aside_at: Date;
}

export function toSetAside(row: SetAsideRow): SetAside {
  return {
    id: row.id,
    group: row.consumer_group,
    generation: Number(row.generation),
    eventId: row.event_id,
    partitionKey: row.partition_key,
    type: row.type,
    content: row.content,
    state: row.state,
    attempts: row.attempts,
    revision: row.revision,
    reason: row.reason,
    error: row.error,
    setAsideAt: row.set_aside_at.toISOString(),
  };
}

export interface DiscardedRow extends SetAsideRow {
  readonly discarded_by: string;
  readonly why: string;
  readonly discarded_at: Date;
}

export function toDiscarded(row: DiscardedRow): DiscardedEntry {
  return { ...toSetAside(row), by: row.discarded_by, why: row.why, discardedAt: row.discarded_at.toISOString() };
}

export function keyValues({ group, generation, eventId, partitionKey }: InboxEntry): unknown[] {
  return [group, generation, eventId, partitionKey];
}

export function entryValues(entry: NewSetAside): unknown[] {
  const { type, content, state, attempts, dueInMs = 0, reason, error } = entry;
  return [...keyValues(entry), type, JSON.stringify(content) ?? 'null', state, attempts, dueInMs, reason, error];
}

export function postponementValues({ id, revision }: Pick<SetAside, 'id' | 'revision'>, next: Postponement): unknown[] {
  const { error } = next;
  return next.state === 'dead'
    ? [id, 'dead', next.attempts, null, next.reason, error, revision]
    : [id, 'deferred', next.attempts, next.dueInMs, null, error, revision];
}

/** A condition with parameters from $1 on. */
export function filterClause({ group, ids, state, type, error }: SetAsideFilter): { readonly clause: string; readonly values: unknown[] } {
  const conditions: readonly (readonly [string, unknown])[] = [
    ['consumer_group =', group],
    ['state =', state],
    ['type =', type],
    ['error =', error],
    ['id = any', ids?.filter((id) => /^\d{1,18}$/.test(id))],
  ];
  const given = conditions.filter(([, value]) => value !== undefined);
  const clause = given.map(([condition], index) => `${condition} ($${index + 1})`).join(' and ');
  return { clause: clause === '' ? 'true' : clause, values: given.map(([, value]) => value) };
}
