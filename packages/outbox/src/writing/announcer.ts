/** Tells relays in other processes that something was committed: outside of the transaction, since NOTIFY would make commits wait for each other. */
import type { Clock } from '@banyan/bus';
import { report } from '../report.ts';
import type { Transactions } from '../transactions.ts';

export const wakeUpChannel = 'banyan_outbox';

/** However much is committed, others are told at most this often; what falls in between is told at the end of it. */
const shortestPauseMs = 5;

/** A notification that a crash of the server takes with it would have been for nobody: it need not wait for the disk. */
const notifyStatement = "select set_config('synchronous_commit', 'off', true), pg_notify($1, '')";

/** `outside` runs work away from any transaction of the caller. The relay's poll is the net when telling fails. */
export function createAnnouncer(transactions: Transactions<unknown>, clock: Clock, outside: (work: () => void) => void): () => void {
  let isWanted = false;
  let isRunning = false;
  const announce = async () => {
    isRunning = true;
    while (isWanted) {
      isWanted = false;
      try {
        await transactions.run(({ session }) => session.query(notifyStatement, [wakeUpChannel]));
      } catch (error) {
        report('debug', 'outbox.wake-up.failed', 'Other processes were not told of a commit', { reason: (error as Error).message });
      }
      await clock.wait(shortestPauseMs);
    }
    isRunning = false;
  };
  return () => {
    isWanted = true;
    if (!isRunning) outside(() => void announce());
  };
}
