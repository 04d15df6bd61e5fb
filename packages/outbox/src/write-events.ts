/** Events of callers that have a SQL session and nothing else: rows of a monolith that become events as they arrive. */
import type { EventContract, EventData } from '@banyan/contract';
import { toRow, writeRows } from './writing/rows.ts';
import type { SqlSession } from './transactions.ts';

export interface WrittenEvent<Contract extends EventContract = EventContract> {
  readonly contract: Contract;
  readonly data: EventData<Contract>;
  /** UUID, given by the caller: the same row change always gives the same one. */
  readonly id: string;
  readonly time: Date;
  /** Default: the id. */
  readonly correlationId?: string;
}

/**
 * Writes events at once, in the given order, in one round trip; they are relayed once the session's transaction commits. Their keys stay locked until
 * then: call it last, once per transaction. `source` as in the envelope: `/node-learn/quiz`; sequences go on where that source left them.
 * Throws CONTRACT_EVENT_DATA_INVALID, OUTBOX_KEY_INVALID, OUTBOX_NOT_INSTALLED.
 */
export async function writeEvents(session: SqlSession, source: string, events: readonly WrittenEvent[]): Promise<void> {
  const rows = events.map(({ contract, data, id, time, correlationId = id }) => toRow(contract, data, { id, source, time, correlationId }));
  if (rows.length > 0) await writeRows(session, rows);
}
