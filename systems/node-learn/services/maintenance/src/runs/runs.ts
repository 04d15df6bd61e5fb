/** Lets one process at a time run a job of a night, and one attempt of it count: claims, leases and takeovers on the time of the database. */
import { TRANSACTIONS } from '@banyan/nest';
import type { SqlSession, Transactions } from '@banyan/outbox';
import { report } from '@banyan/service';
import { Inject, Injectable } from '@nestjs/common';
import { crashPoint } from '../crash-points.ts';
import type { FinishRun, Job, Night } from './job.ts';

@Injectable()
export class Runs {
  constructor(@Inject(TRANSACTIONS) private readonly transactions: Transactions<unknown>) {}

  /** Claims, runs and finishes when there is something to do and nobody else does it. Rejects when it could not be finished: the lease ends it. */
  async attempt(job: Job, night: Night): Promise<void> {
    const attempt = await this.transactions.run(({ session }) => claim(session, job, night));
    if (attempt === undefined) return;
    crashPoint('maintenance.run.claimed');
    report('info', 'maintenance.run.claimed', 'A job begins', { job: job.name, night: night.date, attempt });
    const finish = await job.run(night);
    const outcome = await this.transactions.run(({ session }) =>
      finishOnce(session, { job: job.name, night: night.date, attempt, finish }),
    );
    crashPoint('maintenance.run.finished');
    report('info', 'maintenance.run.finished', 'A job has ended', { job: job.name, night: night.date, attempt, outcome });
  }
}

/** The number of the attempt; undefined when there is nothing to do, or others do it. */
async function claim(session: SqlSession, job: Job, night: Night): Promise<number | undefined> {
  const { rows: taken } = await session.query(
    `select from maintenance_runs where job = $1 and scheduled_for = $2
       and (finished_at is not null or started_at > clock_timestamp() - $3::integer * interval '1 ms')`,
    [job.name, night.date, job.leaseMs],
  );
  if (taken.length > 0 || !(await job.isDue(session, night))) return undefined;
  const { rows } = await session.query<{ attempt: number }>(
    `insert into maintenance_runs as r (job, scheduled_for) values ($1, $2)
     on conflict (job, scheduled_for) do update set attempt = r.attempt + 1, started_at = clock_timestamp()
       where r.finished_at is null and r.started_at <= clock_timestamp() - $3::integer * interval '1 ms'
     returning attempt`,
    [job.name, night.date, job.leaseMs],
  );
  return rows[0]?.attempt;
}

interface ClaimedRun {
  readonly job: string;
  readonly night: string;
  readonly attempt: number;
  readonly finish: FinishRun;
}

/** Who was taken over from meanwhile does nothing. */
async function finishOnce(session: SqlSession, { job, night, attempt, finish }: ClaimedRun): Promise<string> {
  const run = [job, night, attempt];
  const mine = 'job = $1 and scheduled_for = $2 and attempt = $3 and finished_at is null';
  const { rowCount } = await session.query(`select from maintenance_runs where ${mine} for update`, run);
  if (rowCount !== 1) return 'taken over by another process';
  const outcome = await finish(session);
  if (outcome === undefined) await session.query(`delete from maintenance_runs where ${mine}`, run);
  else await session.query(`update maintenance_runs set finished_at = clock_timestamp(), outcome = $4 where ${mine}`, [...run, outcome]);
  crashPoint('maintenance.run.before-commit');
  return outcome ?? 'given back';
}
