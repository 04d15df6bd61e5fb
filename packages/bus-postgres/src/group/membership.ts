/** Being a member of a group, and owning partitions of it: session advisory locks, which the server frees the moment the session ends. */
import type { Client } from 'pg';
import { fairShare, type Member } from './fair-share.ts';

/** First half of the locks of a group: this and its id. */
const busClass = 1_651_834_880;
/** Second half: partitions count from 0; every member shares the lock of the number of types that it reads. */
const memberSlot = 100_000;

export async function joinMembers(client: Client, groupId: number, types: number): Promise<void> {
  await client.query('select pg_advisory_lock_shared($1::int, $2::int)', [busClass + groupId, memberSlot + types]);
}

/** Gives up what is above the member's share and takes free partitions up to it. Changes `owned` and answers what is new. Only between batches. */
export async function balance(
  client: Client,
  group: { readonly id: number; readonly partitions: number },
  owned: { keys(): Iterable<number>; readonly size: number; delete(partition: number): boolean },
): Promise<number[]> {
  const key = busClass + group.id;
  const { pid, members, taken } = await readLocks(client, key);
  const share = fairShare(group.partitions, members, pid);
  if (owned.size > share) {
    const surplus = [...owned.keys()].slice(share);
    await client.query('select pg_advisory_unlock($1::int, p) from unnest($2::int[]) p', [key, surplus]);
    for (const partition of surplus) owned.delete(partition);
  }
  const free = Array.from({ length: group.partitions }, (_, partition) => partition).filter((partition) => !taken.has(partition));
  const wanted = rotate(free, pid).slice(0, Math.max(0, share - owned.size));
  if (wanted.length === 0) return [];
  const tried = await client.query<{ p: number; got: boolean }>(
    'select p, pg_try_advisory_lock($1::int, p) as got from unnest($2::int[]) p',
    [key, wanted],
  );
  return tried.rows.filter(({ got }) => got).map(({ p }) => p);
}

/** Members that look at the same moment begin at different places. */
function rotate(partitions: readonly number[], by: number): number[] {
  const start = partitions.length === 0 ? 0 : by % partitions.length;
  return [...partitions.slice(start), ...partitions.slice(0, start)];
}

async function readLocks(client: Client, key: number): Promise<{ pid: number; members: Member[]; taken: ReadonlySet<number> }> {
  const found = await client.query<{ own: number; pid: number; slot: number }>({
    name: 'banyan-bus-locks',
    text: `select pg_backend_pid() as own, pid, objid::int as slot from pg_locks
           where locktype = 'advisory' and classid = $1::int::oid and objsubid = 2 and granted
             and database = (select oid from pg_database where datname = current_database())`,
    values: [key],
  });
  return {
    pid: found.rows[0]?.own ?? 0,
    members: found.rows.filter(({ slot }) => slot >= memberSlot).map(({ pid, slot }) => ({ pid, types: slot - memberSlot })),
    taken: new Set(found.rows.filter(({ slot }) => slot < memberSlot).map(({ slot }) => slot)),
  };
}
