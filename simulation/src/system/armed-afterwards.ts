/** A planted bug: what most hand-written sagas do, remember the undo once the action has answered. */
import type { SagaStore } from '@banyan/saga';

type Checkpoint = Parameters<SagaStore['write']>[1][number];
type NewRecord = NonNullable<Checkpoint['records']>[number];

export function armingAfterwards({ start, records, ...rest }: Checkpoint): Checkpoint {
  return {
    ...rest,
    ...(start === undefined ? {} : { start: { ...start, arms: [] } }),
    ...(records === undefined ? {} : { records: records.map(armedAfterwards) }),
  };
}

function armedAfterwards({ kind, step, content }: NewRecord): NewRecord {
  const record = { kind, ...(step === undefined ? {} : { step }), ...(content === undefined ? {} : { content }) };
  return kind === 'done' ? { ...record, arms: [step ?? ''] } : record;
}
