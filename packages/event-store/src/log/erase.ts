/** Taking personal data out of the events of one key. */
import type { ClientBase } from 'pg';
import type { ErasureRequest } from '../event-log.ts';

const pageSize = 1_000;

/** Inside a transaction of the caller. Payloads are changed here and not in SQL, so that what stays keeps its exact text form. */
export async function eraseFields(client: ClientBase, { partitionKey, fields }: ErasureRequest): Promise<number> {
  let erased = 0;
  for (let after = '0'; ;) {
    const page = await client.query<{ position: string; type: string; payload: unknown }>(
      `select position, type, payload from banyan.events where aggregate_id = $1 and type = any($2) and position > $3 order by position limit ${pageSize} for update`,
      [partitionKey, Object.keys(fields), after],
    );
    const changed = page.rows.flatMap(({ position, type, payload }) => {
      const payloadErased = withoutFields(payload, fields[type] ?? []);
      return payloadErased === undefined ? [] : [{ position, payload: JSON.stringify(payloadErased) }];
    });
    await client.query(
      'update banyan.events e set payload = n.payload::json from unnest($1::bigint[], $2::text[]) as n (position, payload) where e.position = n.position',
      [changed.map(({ position }) => position), changed.map(({ payload }) => payload)],
    );
    erased += changed.length;
    if (page.rows.length < pageSize) return erased;
    after = page.rows.at(-1)!.position;
  }
}

/** Undefined when there is nothing left to erase. */
function withoutFields(payload: unknown, fields: readonly string[]): unknown {
  if (typeof payload !== 'object' || payload === null) return undefined;
  const present = fields.filter((field) => (payload as Record<string, unknown>)[field] != null);
  if (present.length === 0) return undefined;
  return { ...payload, ...Object.fromEntries(present.map((field) => [field, null])) };
}
