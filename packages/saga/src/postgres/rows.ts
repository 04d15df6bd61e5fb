/** Rows as PostgreSQL answers them, turned into sagas. */
import type { RecordContent, RecordKind, SagaRecord, SagaState } from '../state.ts';
import type { ClaimedSaga, KeptEvent, OperatorRequest, StoredSaga } from '../store.ts';

export interface FoundRow {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly version: number;
  readonly state: SagaState;
  readonly input: unknown;
  readonly arms: readonly string[];
  readonly correlation_id: string;
  readonly traceparent: string | null;
  readonly taken_over: number;
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly result: unknown;
  readonly marks: readonly string[];
  readonly reason: string | null;
  readonly request: OperatorRequest | null;
  readonly records?: readonly RecordRow[] | null;
  readonly claims?: number;
  readonly passed_over?: readonly string[];
  readonly deadline_left_ms?: string;
  readonly wait_left_ms?: string | null;
  readonly events?: readonly KeptEvent[] | null;
}

interface RecordRow {
  readonly number: number;
  readonly kind: RecordKind;
  readonly step: string | null;
  readonly arms: readonly string[] | null;
  readonly content: RecordContent | null;
  readonly at: string;
}

export function toStoredSaga(row: FoundRow): StoredSaga {
  return {
    id: row.id,
    name: row.name,
    key: row.key,
    version: row.version,
    state: row.state,
    input: row.input,
    arms: row.arms,
    correlationId: row.correlation_id,
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
    takenOver: row.taken_over,
    startedAt: row.started_at.toISOString(),
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
    ...(row.result === null ? {} : { result: row.result }),
    marks: row.marks,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.request === null ? {} : { request: row.request }),
    records: (row.records ?? []).map(toRecord),
  };
}

export function toClaimedSaga(row: FoundRow): ClaimedSaga {
  const { wait_left_ms: waitLeftMs } = row;
  return {
    ...toStoredSaga(row),
    claims: row.claims ?? 0,
    deadlineLeftMs: Number(row.deadline_left_ms),
    ...(waitLeftMs === null || waitLeftMs === undefined ? {} : { waitLeftMs: Number(waitLeftMs) }),
    passedOver: row.passed_over ?? [],
    events: row.events ?? [],
  };
}

function toRecord({ number, kind, step, arms, content, at }: RecordRow): SagaRecord {
  const known = { number, kind, at: new Date(at).toISOString() };
  return { ...known, ...(step === null ? {} : { step }), ...(arms === null ? {} : { arms }), ...(content === null ? {} : { content }) };
}
