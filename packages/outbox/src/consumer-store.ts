/** Where consumer groups remember what they have handled and keep what they could not: in the service's own database, with the effects. */
import type { ConsumerStore, DeadLetters, InboxEntry, SetAside, SetAsideFilter, SetAsideResult } from '@banyan/bus';
import { runInGeneration } from './replay/suppression.ts';
import {
  type DiscardedRow,
  entryValues,
  filterClause,
  keyValues,
  postponementValues,
  type SetAsideRow,
  toDiscarded,
  toSetAside,
} from './set-aside/rows.ts';
import {
  countStatement,
  discardedStatement,
  discardStatement,
  listStatement,
  pruneStatement,
  redriveStatement,
  setAsideStatement,
} from './set-aside/statements.ts';
import { outcomeOfFailedCommit } from './transaction/commit.ts';
import { OutboxError } from './errors.ts';
import type { Transactions } from './transactions.ts';

export interface ConsumerStoreOptions<Native> {
  readonly transactions: Transactions<Native>;
}

/** Entries forgotten by one call of prune(). */
const prunedMax = 5_000;

const listedDefault = 100;

/** Keys locked by one call of redrive() or discard(). */
const resolvedMax = 1_000;

/**
 * What handlers get as their session is the ORM's own handle. Transactions have to be READ COMMITTED, the default of PostgreSQL.
 * During a handler of a replay outboxes publish nothing. Needs installOutbox() to have been called on the database.
 */
export function createConsumerStore<Native>({ transactions }: ConsumerStoreOptions<Native>): ConsumerStore<Native> & DeadLetters {
  const ask = <Row>(text: string, values: readonly unknown[]): Promise<Row[]> =>
    transactions.run(async ({ session }) => (await session.query<Row>(text, values)).rows);

  const resolve = async (filter: SetAsideFilter, statement: typeof redriveStatement, more: readonly string[]): Promise<number> => {
    const { clause, values } = filterClause(filter);
    const limit = Math.min(filter.limit ?? listedDefault, resolvedMax);
    return (await ask<{ resolved: number }>(statement(clause, values.length), [...values, limit, ...more]))[0]?.resolved ?? 0;
  };

  return {
    handle: (event, effect) => handle(transactions, event, effect),
    setAside: async (entry) =>
      (await ask<{ outcome: 'set-aside' | 'duplicate' | 'clear' }>(setAsideStatement, entryValues(entry)))[0]!.outcome,
    retryDue: (group, attempt) => retryDue(transactions, group, attempt),
    postpone: async (entry, next) =>
      void (await ask('select banyan.postpone_set_aside($1, $2, $3, $4, $5, $6, $7)', postponementValues(entry, next))),
    prune: async (olderThanMs) => (await ask<{ pruned: number }>(pruneStatement, [olderThanMs, prunedMax]))[0]?.pruned ?? 0,
    list: async (filter) => {
      const { clause, values } = filterClause(filter);
      const rows = await ask<SetAsideRow>(listStatement(clause, values.length), [...values, filter.limit ?? listedDefault]);
      return rows.map(toSetAside);
    },
    count: async (filter) => {
      const { clause, values } = filterClause(filter);
      return ask(countStatement(clause), values);
    },
    redrive: (filter) => resolve(filter, redriveStatement, []),
    discard: (filter, { by, why }) => resolve(filter, discardStatement, [by, why]),
    discarded: async (filter) => {
      const { clause, values } = filterClause(filter);
      const rows = await ask<DiscardedRow>(discardedStatement(clause, values.length), [...values, filter.limit ?? listedDefault]);
      return rows.map(toDiscarded);
    },
  };
}

type Handled = 'handled' | 'duplicate' | 'blocked';

function handle<Native>(
  transactions: Transactions<Native>,
  event: InboxEntry,
  effect: (native: Native) => Promise<void>,
): Promise<Handled> {
  return transactions.run(async ({ session, native }) => {
    const { rows } = await session.query<{ outcome: Handled }>('select banyan.note_handled($1, $2, $3, $4) as outcome', keyValues(event));
    const { outcome } = rows[0]!;
    if (outcome === 'handled') await runInGeneration(event.generation, () => effect(native));
    return outcome;
  });
}

async function retryDue<Native>(
  transactions: Transactions<Native>,
  group: string,
  attempt: (native: Native, entry: SetAside) => Promise<void>,
): Promise<SetAsideResult | undefined> {
  let taken: SetAside | undefined;
  let failure: { readonly error: unknown } | undefined;
  try {
    return await transactions.run(async ({ session, native }) => {
      const { rows } = await session.query<SetAsideRow>('select * from banyan.take_set_aside($1)', [group]);
      if (rows[0] === undefined) return undefined;
      const entry = (taken = toSetAside(rows[0]));
      await runInGeneration(entry.generation, () => attempt(native, entry)).catch((error: unknown) => {
        failure = { error };
        throw error;
      });
      await session.query('select banyan.finish_set_aside($1)', [entry.id]);
      return { entry, outcome: 'handled' };
    });
  } catch (error) {
    if (taken === undefined) throw error;
    if (failure !== undefined) return { entry: taken, outcome: { failed: failure.error } };
    if (isRefusal(error)) return { entry: taken, outcome: { failed: error } };
    throw error;
  }
}

/** The database was there and refused what the attempt had left behind: a deferred constraint, a swallowed error. */
function isRefusal(error: unknown): boolean {
  if (error instanceof OutboxError) return error.code !== 'OUTBOX_COMMIT_UNKNOWN';
  return outcomeOfFailedCommit(error) === 'rolled-back';
}
