/** What a program has told of one thing: for readers who follow its events, and are asked for something that may not have come to them yet. */
import type { EventEnvelope } from '@banyan/contract';
import type { SqlSession } from './transactions.ts';

export interface Told {
  /** The number of the key's last event; "0" before the first. */
  readonly last: string;
  /** Of the events after the one that the reader knows: those that the broker does not have yet, in their order. What is not among them is on its way. */
  readonly unsent: readonly EventEnvelope[];
}

export interface ToldQuery {
  /** The program, as in the envelope: `/helpdesk/ticket`. */
  readonly source: string;
  readonly key: string;
  /** The number of the last event that the reader knows. */
  readonly after: string;
}

/** One statement, so that number and events are of one moment. Looks through the outbox, which is all but empty unless the broker is away. Needs installOutbox(). */
export async function readTold(session: SqlSession, { source, key, after }: ToldQuery): Promise<Told> {
  const { rows } = await session.query<Told>(
    `select last_sequence::text as last, coalesce((
       select json_agg(o.envelope::json order by o.position) from banyan.outbox o
       where o.partition_key = k.partition_key and o.envelope::json ->> 'source' = k.source and (o.envelope::json ->> 'sequence')::bigint > $3
     ), '[]') as unsent
     from banyan.outbox_keys k where partition_key = $2 and source = $1`,
    [source, key, after],
  );
  return rows[0] ?? { last: '0', unsent: [] };
}
