/** How far a group has come: made once per group, moved when batches are settled. */
import type { Client } from 'pg';

/** What a group was told when it was first seen, and when each of its types was. */
export interface KnownGroup {
  readonly id: number;
  /** By type: events up to this position are not for the group. */
  readonly begins: ReadonlyMap<string, bigint>;
}

/** Undefined when the group, or one of the types, has never been seen. */
export async function findGroup(client: Client, name: string, types: readonly string[]): Promise<KnownGroup | undefined> {
  const found = await client.query<{ id: number; type: string; begins_after: string }>(
    'select g.id, t.type, t.begins_after from banyan.bus_groups g join banyan.bus_group_types t on t.group_id = g.id where g.name = $1 and t.type = any($2)',
    [name, types],
  );
  if (found.rows.length < types.length) return undefined;
  return { id: found.rows[0]!.id, begins: new Map(found.rows.map((row) => [row.type, BigInt(row.begins_after)])) };
}

/** Makes what is missing of a group, whole or not at all. A new group begins at `from`, a new type of a known group at `now`. */
export async function makeGroup(
  client: Client,
  group: {
    readonly name: string;
    readonly types: readonly string[];
    readonly partitions: number;
    readonly now: bigint;
    readonly from: bigint;
  },
): Promise<void> {
  await client.query('begin');
  try {
    // A group that a crash took back would begin again later than it did, and miss what lies between.
    await client.query('set local synchronous_commit = on');
    const made = await client.query('insert into banyan.bus_groups (name) values ($1) on conflict do nothing', [group.name]);
    const found = await client.query<{ id: number }>('select id from banyan.bus_groups where name = $1 for update', [group.name]);
    const { id } = found.rows[0]!;
    const isNew = made.rowCount === 1;
    await client.query(
      'insert into banyan.bus_group_types (group_id, type, begins_after) select $1, t, $3 from unnest($2::text[]) t on conflict do nothing',
      [id, group.types, isNew ? 0n : group.now],
    );
    if (isNew)
      await client.query(
        'insert into banyan.bus_cursors (group_id, partition, position) select $1, p, $3 from generate_series(0, $2::int - 1) p',
        [id, group.partitions, group.from],
      );
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {}); // the connection is gone, and the transaction with it
    throw error;
  }
}

export async function readCursors(client: Client, groupId: number, partitions: readonly number[]): Promise<Map<number, bigint>> {
  const found = await client.query<{ partition: number; position: string }>(
    'select partition, position from banyan.bus_cursors where group_id = $1 and partition = any($2)',
    [groupId, partitions],
  );
  return new Map(found.rows.map(({ partition, position }) => [partition, BigInt(position)]));
}

/** On the session that holds the locks of these partitions: while it lives, nobody else moves them. */
export async function moveCursors(client: Client, groupId: number, partitions: readonly number[], position: bigint): Promise<void> {
  await client.query({
    name: 'banyan-bus-settle',
    text: 'update banyan.bus_cursors set position = $3, settled_at = now() where group_id = $1 and partition = any($2::smallint[]) and position < $3',
    values: [groupId, partitions, position],
  });
}
