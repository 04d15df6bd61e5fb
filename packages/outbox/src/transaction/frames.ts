/** Which transaction is around the code that runs: followed along asynchronous calls. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Transactions } from '../transactions.ts';
import type { OpenTransaction } from './open-transaction.ts';

export interface TransactionFrames<Native> {
  current(): OpenTransaction<Native> | undefined;
  /** What is entered by `work` is seen by `work` alone. */
  scope<Result>(work: () => Result): Result;
  /** Seen by everything that follows in this chain of calls, or in the scope around it. */
  enter(transaction: OpenTransaction<Native>): void;
  /** The same, for a transaction that is about to be opened: to be called with it once it is. */
  enterLater(): (transaction: OpenTransaction<Native>) => void;
}

interface Frame<Native> {
  transaction: OpenTransaction<Native> | undefined;
  /** Made by scope(): it ends by itself, while an entered frame lasts as long as its chain of calls. */
  readonly isScope: boolean;
  readonly around: Frame<Native> | undefined;
}

export function createTransactionFrames<Native>(): TransactionFrames<Native> {
  const frames = new AsyncLocalStorage<Frame<Native>>();
  return {
    current: () => openIn(frames.getStore()),
    scope: (work) => frames.run({ transaction: undefined, isScope: true, around: frames.getStore() }, work),
    enter: (transaction) => void (place(frames).transaction = transaction),
    enterLater: () => {
      const frame = place(frames);
      return (transaction) => void (frame.transaction = transaction);
    },
  };
}

/** The frame that a transaction which is opened here belongs into: that of the scope, or one of its own. */
function place<Native>(frames: AsyncLocalStorage<Frame<Native>>): Frame<Native> {
  const frame = frames.getStore();
  if (frame?.isScope === true && frame.transaction === undefined) return frame;
  const entered = { transaction: undefined, isScope: false, around: frame?.isScope === true ? frame : frame?.around };
  frames.enterWith(entered);
  return entered;
}

/**
 * After an entered transaction that of the scope around it counts again, but never an entered one: functions that begin side by side
 * see each other's, and would join what is not theirs. Nothing that outlives its scope joins what is around the scope.
 */
function openIn<Native>(frame: Frame<Native> | undefined): OpenTransaction<Native> | undefined {
  if (frame === undefined || frame.transaction?.isOpen === true) return frame?.transaction;
  if (frame.transaction === undefined || !frame.isScope) return openIn(frame.around);
  return undefined;
}

/** `open` opens a transaction that is entered in a scope around its work. */
export function transactionsIn<Native>(
  frames: TransactionFrames<Native>,
  open: <Result>(work: () => Promise<Result>) => Promise<Result>,
): Transactions<Native> {
  return {
    current: () => frames.current(),
    run: async (work) => {
      const joined = frames.current();
      if (joined !== undefined) return work(joined);
      return open(() => work(frames.current()!));
    },
  };
}
