/** Events as rows of the outbox: checked, put into envelopes, written in one statement. */
import { checkEventData, type EventContract, type EventData, partitionKeyOf, toEnvelope } from '@banyan/contract';
import { escapeLiteral } from 'pg';
import { OutboxError } from '../errors.ts';
import { explainFailed } from '../transaction/commit.ts';
import type { SqlSession } from '../transactions.ts';

export interface OutboxRow {
  readonly id: string;
  readonly source: string;
  readonly partitionKey: string;
  readonly type: string;
  /** JSON without its sequence, which the database gives. */
  readonly envelope: string;
}

export interface RowFacts {
  readonly id: string;
  readonly source: string;
  readonly time: Date;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly traceparent?: string;
}

const keyLengthMax = 200;

/** Throws CONTRACT_EVENT_DATA_INVALID and OUTBOX_KEY_INVALID; neither says a value, which may be personal. */
export function toRow<Contract extends EventContract>(contract: Contract, data: EventData<Contract>, facts: RowFacts): OutboxRow {
  const checked = checkEventData(contract, data);
  const partitionKey = partitionKeyOf(contract, checked);
  if (partitionKey === '' || partitionKey.length > keyLengthMax || partitionKey.includes('\0')) {
    throw new OutboxError(
      'OUTBOX_KEY_INVALID',
      `"${contract.type}" cannot be keyed by this ${contract.key} of ${partitionKey.length} characters.`,
    );
  }
  const { sequence: _, ...envelope } = toEnvelope(contract, checked, { ...facts, sequence: 0n });
  return { id: facts.id, source: facts.source, partitionKey, type: contract.type, envelope: JSON.stringify(envelope) };
}

const columns = (rows: readonly OutboxRow[]) =>
  [
    ['uuid', rows.map(({ id }) => id)],
    ['text', rows.map(({ source }) => source)],
    ['text', rows.map(({ partitionKey }) => partitionKey)],
    ['text', rows.map(({ type }) => type)],
    ['text', rows.map(({ envelope }) => envelope)],
  ] as const;

/** Throws OUTBOX_NOT_INSTALLED. */
export async function writeRows(session: SqlSession, rows: readonly OutboxRow[]): Promise<void> {
  const values = columns(rows).map(([, column]) => column);
  await session.query('select banyan.write_events($1, $2, $3, $4, $5)', values).catch((error: unknown) => {
    throw explainFailed(error);
  });
}

/** The same, where parameters have to stand in the text. */
export function writeStatement(rows: readonly OutboxRow[]): string {
  const arrays = columns(rows).map(([type, column]) => `array[${column.map(escapeLiteral).join(',')}]::${type}[]`);
  return `select banyan.write_events(${arrays.join(', ')})`;
}
