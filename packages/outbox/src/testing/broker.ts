/** A broker for tests that outlives any process: a table in a database, which drops an id that it has, and counts how often. */
import type { BusDriver } from '@banyan/bus';
import type { Client, Pool } from 'pg';

export const brokerTable =
  'create table broker (place serial primary key, id uuid unique, source text, key text, sequence text, text text, repeats int default 0)';

export function brokerOn(database: Client | Pool): Pick<BusDriver, 'publish'> {
  return {
    publish: async (batch) => {
      await database.query(
        `insert into broker (id, source, key, sequence, text)
         select (event ->> 'id')::uuid, event ->> 'source', event ->> 'partitionkey', event ->> 'sequence', event -> 'data' ->> 'text'
         from json_array_elements($1::json) with ordinality as batch (event, place) order by place on conflict (id) do update set repeats = broker.repeats + 1`,
        [JSON.stringify(batch)],
      );
    },
  };
}
