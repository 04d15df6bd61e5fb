/** Numbers of events that a new, empty outbox goes on after: its database was lost, and the broker knows what was published before. */
import type { SqlSession } from './transactions.ts';

/** The number of a key's last event, by partition key. */
export type LastSequences = ReadonlyMap<string, bigint>;

/**
 * The next event of each key of the source comes after the number given. Numbers only rise, so it may be repeated, and changes nothing where the outbox
 * is further. Call it before the source publishes; at most some thousand keys at a time. Answers how many keys were raised. Needs installOutbox().
 */
export async function continueSequences(session: SqlSession, source: string, last: LastSequences): Promise<number> {
  const { rows } = await session.query<{ raised: number }>(
    `with raised as (
       insert into banyan.outbox_keys as k (partition_key, source, last_sequence)
         select given.key, $1, given.number from unnest($2::text[], $3::bigint[]) as given (key, number) order by given.key collate "C"
         on conflict on constraint outbox_keys_pkey do update set last_sequence = excluded.last_sequence where k.last_sequence < excluded.last_sequence
         returning 1
     )
     select count(*)::integer as raised from raised`,
    [source, [...last.keys()], [...last.values()].map(String)],
  );
  return rows[0]?.raised ?? 0;
}
