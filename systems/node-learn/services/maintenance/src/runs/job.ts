/** What is to be done once a night. */
import type { SqlSession } from '@banyan/outbox';

/** A day in UTC, which begins with the midnight at which jobs are due. */
export interface Night {
  /** `2026-05-04`. */
  readonly date: string;
  readonly midnight: Date;
  readonly now: Date;
}

export interface Job {
  /** As in `maintenance_runs`. */
  readonly name: string;
  /** Who claims a run and has not finished it after so long has died: another process takes over. */
  readonly leaseMs: number;
  /** Whether there is something to do for this night now. Asked again and again; it must not write. */
  isDue(session: SqlSession, night: Night): Promise<boolean>;
  /** What takes long, outside of any transaction. Answers what ends the run. A rejection leaves the run to whoever takes over. */
  run(night: Night): Promise<FinishRun>;
}

/** In the transaction that finishes the run: everything of it counts, once, or nothing. Answers the outcome; undefined gives the run back, as if nobody had claimed it. */
export type FinishRun = (session: SqlSession) => Promise<string | undefined>;

export function nightOf(now: Date): Night {
  const date = now.toISOString().slice(0, 10);
  return { date, midnight: new Date(`${date}T00:00:00Z`), now };
}
