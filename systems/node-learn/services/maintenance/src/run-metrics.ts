/** What came of the jobs, as metrics: the same at every instance, because it is read from the database. */
import type { Metrics } from '@banyan/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { Database } from './database.ts';

/** For injection: the metrics of this program. */
export const METRICS = Symbol('maintenance metrics');

@Injectable()
export class RunMetrics {
  constructor(@Inject(METRICS) metrics: Pick<Metrics, 'watch'>, @Inject(Database) { pool }: Database) {
    const read = async (statement: string) => {
      const { rows } = await pool.query<{ label: string; value: number }>(statement);
      return rows;
    };
    metrics.watch({
      name: 'maintenance_last_finished_timestamp_seconds',
      help: 'When a run of the job was last finished.',
      labelNames: ['job'],
      read: async () => (await read(lastFinished)).map(({ label, value }) => ({ labels: { job: label }, value })),
    });
    for (const [column, help] of Object.entries(keys))
      metrics.watch({
        name: `maintenance_copy_${column}_keys`,
        help,
        labelNames: ['copy'],
        read: async () => (await read(lastCompared(column))).map(({ label, value }) => ({ labels: { copy: label }, value })),
      });
  }
}

const keys = { checked: 'Keys of the copy in its last comparison.', differing: 'Keys of them that were not as at their owner.' };

const lastFinished = 'select job as label, extract(epoch from max(finished_at))::float8 as value from maintenance_runs group by job';

const lastCompared = (column: string) =>
  `select distinct on (copy) copy as label, ${column} as value from reconciliations order by copy, compared_at desc`;
