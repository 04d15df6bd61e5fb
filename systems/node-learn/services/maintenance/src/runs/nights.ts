/** Looks at the clock all the time, and does what the night that has begun asks for. */
import { repeat, type Repeated, report } from '@banyan/service';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type Job, nightOf } from './job.ts';
import { Runs } from './runs.ts';

/** For injection: all jobs. */
export const JOBS = Symbol('maintenance jobs');

/** So much later than midnight a job may begin. No timer waits for midnight itself: a clock may be set, and a program stopped, across it. */
const lookEveryMs = 500;

@Injectable()
export class Nights implements OnApplicationBootstrap, OnModuleDestroy {
  private looking: readonly Repeated[] = [];

  constructor(
    @Inject(JOBS) private readonly jobs: readonly Job[],
    @Inject(Runs) private readonly runs: Runs,
  ) {}

  onApplicationBootstrap(): void {
    // Each by itself: one that takes long keeps no other from midnight.
    this.looking = this.jobs.map((job) => repeat(() => this.look(job), { everyMs: lookEveryMs }));
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.looking.map((one) => one.stop()));
  }

  /** False when it could not be finished; it is tried again. */
  private async look(job: Job): Promise<boolean> {
    try {
      await this.runs.attempt(job, nightOf(new Date()));
      return true;
    } catch (error) {
      const reason = (error as Error).message;
      report('error', 'maintenance.run.failed', 'A job could not be finished; it is tried again', { job: job.name, reason });
      return false;
    }
  }
}
