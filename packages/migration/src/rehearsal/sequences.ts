/** Sequences of a copy of the monolith: rows flow back from services that own them, sequences only at a cutover, so that it would draw ids that are taken. */

import { inDatabase } from './in-database.ts';

/** Moves every sequence that stands behind the highest value of its column onto that; the others stay where they are. Answers how many were moved. */
export async function passTakenIds(url: string): Promise<number> {
  return inDatabase(url, async (client) => {
    const { rows } = await client.query<{ sequence: string; highest: string }>(ownedSequences);
    let moved = 0;
    for (const { sequence, highest } of rows) {
      const { rowCount } = await client.query(
        `select setval($1::regclass, taken.id) from (${highest}) as taken (id), ${sequence} as s where taken.id > s.last_value`,
        [sequence],
      );
      moved += rowCount ?? 0;
    }
    return moved;
  });
}

const ownedSequences = `
  select d.objid::regclass::text as sequence, format('select max(%I)::bigint from %s', a.attname, d.refobjid::regclass) as highest
  from pg_depend d
  join pg_class s on s.oid = d.objid and s.relkind = 'S'
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i')`;
