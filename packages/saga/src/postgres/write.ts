/** What is to be written, as the parameters of banyan.saga_write: JSON carries any number of rows. */
import type { Checkpoint } from '../store.ts';

export interface Statement {
  /** Prepared once per connection. */
  readonly name: string;
  readonly text: string;
}

/** In this form a session of the outbox prepares it as well. */
export const writeStatement: Statement = { name: 'banyan-saga-write', text: 'select banyan.saga_write($1, $2, $3, $4, $5) as answer' };

export interface WriteAnswer {
  readonly alive: boolean;
  readonly written: readonly string[] | null;
}

export function toWriteValues(
  token: string | undefined,
  checkpoints: readonly Checkpoint[],
  idleLimitMs: number | undefined,
): readonly (string | null)[] {
  const starts = checkpoints.flatMap(({ saga: id, start }) => {
    if (start === undefined) return [];
    const { name, key, version, input, arms, correlationId: correlation, traceparent, limitMs: limit_ms, isUnowned: unowned } = start;
    return [{ id, name, key, version, input, arms, correlation, traceparent, limit_ms, unowned }];
  });
  const records = checkpoints.flatMap(({ saga, number = 1, records = [] }) =>
    records.map(({ kind, step, arms, content }, at) => ({ saga, number: number + at, kind, step, arms, content })),
  );
  const changes = checkpoints.flatMap((checkpoint) =>
    checkpoint.change === undefined ? [] : [toChangeRow(checkpoint, checkpoint.change)],
  );
  // A transaction that only starts a saga goes on with other work.
  const idleLimit = records.length === 0 || idleLimitMs === undefined ? null : String(idleLimitMs);
  return [token ?? null, toJsonRows(starts), toJsonRows(records), toJsonRows(changes), idleLimit];
}

function toJsonRows(rows: readonly unknown[]): string | null {
  return rows.length === 0 ? null : JSON.stringify(rows);
}

function toChangeRow({ saga, claims = 0, records = [] }: Checkpoint, change: NonNullable<Checkpoint['change']>) {
  const { state, release, wait, input, end, reason, isAnswered: answered = false } = change;
  const to = wait === undefined ? {} : { topic: wait.topic, wait_key: wait.key, within_ms: wait.withinMs, passed_over: wait.passedOver };
  return {
    saga,
    claims,
    recorded: records.length > 0,
    state,
    released: release !== undefined,
    wake_ms: release?.wakeInMs,
    ...to,
    input,
    result: end?.result,
    marks: end?.marks,
    reason,
    answered,
  };
}
