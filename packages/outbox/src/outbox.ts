/** Publishes events with the rows they tell about: in their transaction, all or nothing. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, systemClock } from '@banyan/bus';
import { currentCause, type EventContract, type EventData } from '@banyan/contract';
import { crashPoint } from './crash-points.ts';
import { OutboxError } from './errors.ts';
import { wakeRelays } from './relaying/wake-up.ts';
import { isReplaying } from './replay/suppression.ts';
import type { SqlSession, Transaction, Transactions } from './transactions.ts';
import { createAnnouncer } from './writing/announcer.ts';
import { type OutboxRow, toRow, writeRows, writeStatement } from './writing/rows.ts';
import { uuidV7 } from './writing/uuid.ts';

export interface OutboxOptions<Publishes extends EventContract> {
  readonly transactions: Transactions<unknown>;
  /** The program, as in the envelope: `/node-learn/quiz`. */
  readonly source: string;
  /** Every event that this program publishes. */
  readonly publishes: readonly Publishes[];
  readonly clock?: Clock;
  /** UUIDs. Default: version 7. */
  readonly ids?: () => string;
}

export interface PublishOptions {
  /** UUID. Default: a new one. An id that is in the outbox already makes the transaction fail. */
  readonly id?: string;
}

export interface Outbox<Publishes extends EventContract> {
  /**
   * Adds the event to the transaction around the caller and answers its id. It is written right before COMMIT, together with all others of the
   * transaction and after its rows; there is nothing to await. In a replay nothing is written.
   * Throws OUTBOX_NO_TRANSACTION, OUTBOX_EVENT_UNDECLARED, OUTBOX_KEY_INVALID, CONTRACT_EVENT_DATA_INVALID.
   * A transaction at REPEATABLE READ or above fails with 40001 when another has published under the same key meanwhile.
   */
  publish<Contract extends Publishes>(contract: Contract, data: EventData<Contract>, options?: PublishOptions): string;
}

/** What a transaction will write, of all outboxes in it. */
interface PendingRows {
  readonly correlationId: string;
  readonly rows: OutboxRow[];
}

const pendingByTransaction = new WeakMap<Transaction<unknown>, PendingRows>();

/** Needs installOutbox() to have been called on the database, and a relay on it somewhere. */
export function createOutbox<Publishes extends EventContract>(options: OutboxOptions<Publishes>): Outbox<Publishes> {
  const { transactions, source, clock = systemClock, ids = () => uuidV7(clock.now()) } = options;
  const declared = new Set(options.publishes.map(nameOf));
  const wakeUp = createWakeUp(createAnnouncer(transactions, clock, AsyncLocalStorage.snapshot()));

  const join = (transaction: Transaction<unknown>): PendingRows => {
    const known = pendingByTransaction.get(transaction);
    if (known !== undefined) return known;
    const pending: PendingRows = { correlationId: ids(), rows: [] };
    pendingByTransaction.set(transaction, pending);
    return pending;
  };

  return {
    publish: (contract, data, { id = ids() } = {}) => {
      if (!declared.has(nameOf(contract))) {
        throw new OutboxError(
          'OUTBOX_EVENT_UNDECLARED',
          `The outbox of ${source} does not publish "${contract.type}" ${contract.version}.`,
        );
      }
      const transaction = transactions.current();
      if (transaction === undefined) {
        throw new OutboxError('OUTBOX_NO_TRANSACTION', `"${contract.type}" was published outside of any transaction that can be seen.`);
      }
      const pending = join(transaction);
      const row = toRow(contract, data, { id, source, time: new Date(clock.now()), ...causeOr(pending.correlationId) });
      if (!isReplaying()) transaction.beforeCommit(() => stage(transaction, pending, row, wakeUp));
      return id;
    },
  };
}

function nameOf(contract: EventContract): string {
  return `${contract.type} ${contract.version}`;
}

function causeOr(correlationId: string) {
  const cause = currentCause();
  return {
    correlationId: cause?.correlationId ?? correlationId,
    ...(cause?.eventId === undefined ? {} : { causationId: cause.eventId }),
    ...(cause?.traceparent === undefined ? {} : { traceparent: cause.traceparent }),
  };
}

/** Who is to be woken depends on the database, which an outbox asks for once. */
type WakeUp = (session: SqlSession) => Promise<() => void>;

function createWakeUp(announce: () => void): WakeUp {
  let database: string | undefined;
  return async (session) => {
    database ??= (await session.query<{ name: string }>('select current_database() as name')).rows[0]?.name;
    return () => void (wakeRelays(database) || announce());
  };
}

/** The first row brings the writing along, behind everything else that waits for COMMIT. */
async function stage(transaction: Transaction<unknown>, pending: PendingRows, row: OutboxRow, wakeUp: WakeUp): Promise<void> {
  pending.rows.push(row);
  if (pending.rows.length === 1) transaction.beforeCommit(() => writeLast(transaction, pending, 0, wakeUp));
}

/** Steps back behind what has been added since, so that all keys are locked in one order. */
async function writeLast(transaction: Transaction<unknown>, pending: PendingRows, seen: number, wakeUp: WakeUp): Promise<void> {
  const { rows } = pending;
  if (rows.length > seen) return transaction.beforeCommit(() => writeLast(transaction, pending, rows.length, wakeUp));
  const wake = await wakeUp(transaction.session);
  const written = rows.splice(0);
  if (transaction.commitWith === undefined) await writeRows(transaction.session, written);
  else transaction.commitWith(writeStatement(written));
  crashPoint('outbox.before-commit');
  transaction.afterCommit(() => {
    crashPoint('outbox.committed');
    wake();
  });
}
