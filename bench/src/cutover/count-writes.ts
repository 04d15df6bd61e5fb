/** Counts, with SQL on the owner, what became of every acknowledged write of the moved group. */
import type { AcknowledgedWrites } from './load-driver.ts';
import { withClient } from './world.ts';

export interface WriteCount {
  readonly acknowledged: number;
  readonly lost: number;
  /** Rows or counts that are there more often than they were acknowledged. */
  readonly doubled: number;
}

export function countWrites(ownerUrl: string, { tokens, counts }: AcknowledgedWrites): Promise<WriteCount> {
  return withClient(ownerUrl, async (client) => {
    const orders = await client.query<{ lost: number; doubled: number }>(
      `with asked as (select unnest($1::bigint[]) as token), found as (select token, count(*) as times from moved_orders group by token)
       select count(*) filter (where found.token is null)::int as lost,
              coalesce(sum(found.times - case when asked.token is null then 0 else 1 end), 0)::int as doubled
       from asked full join found using (token)`,
      [tokens],
    );
    const accounts = await client.query<{ lost: number; doubled: number }>(
      `with asked as (select unnest($1::int[]) as id, unnest($2::int[]) as writes)
       select coalesce(sum(greatest(coalesce(asked.writes, 0) - coalesce(found.writes, 0), 0)), 0)::int as lost,
              coalesce(sum(greatest(coalesce(found.writes, 0) - coalesce(asked.writes, 0), 0)), 0)::int as doubled
       from asked full join moved_accounts as found using (id)`,
      [counts.map(([id]) => id), counts.map(([, writes]) => writes)],
    );
    return {
      acknowledged: tokens.length + counts.reduce((sum, [, writes]) => sum + writes, 0),
      lost: orders.rows[0]!.lost + accounts.rows[0]!.lost,
      doubled: orders.rows[0]!.doubled + accounts.rows[0]!.doubled,
    };
  });
}
