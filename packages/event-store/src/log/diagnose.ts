/** Who holds the feed back. */
import type { Pool } from 'pg';
import type { FeedDiagnosis } from '../event-log.ts';
import { isAppendLock, type Watermark } from './watermark.ts';

export async function diagnoseFeed(pool: Pool, watermark: Watermark): Promise<FeedDiagnosis> {
  await watermark.advance();
  const found = await pool.query<{ pid: number; application: string; for_ms: number }>(
    `select a.pid, a.application_name as application,
       greatest(0, extract(epoch from clock_timestamp() - a.xact_start) * 1000)::float8 as for_ms
     from pg_locks l join pg_stat_activity a using (pid)
     where ${isAppendLock}
     group by a.pid, a.application_name, a.xact_start
     order by a.xact_start`,
  );
  const heldBackBy = found.rows.map(({ pid, application, for_ms: forMs }) => ({ pid, application, forMs: Math.round(forMs) }));
  return { head: watermark.head, watermark: watermark.position, heldBackBy };
}
