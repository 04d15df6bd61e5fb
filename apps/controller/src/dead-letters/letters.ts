/** Dead letters as the databases of the services keep them: grouped by their kind of error, or one by one with their place in their key. */

import { createHash } from 'node:crypto';
import type { ServiceDatabase } from '../service-databases.ts';
import { errorKind } from './error-kind.ts';

export interface DeadLetterGroup {
  /** The same as long as the group is there; what an operator types. */
  readonly id: string;
  readonly service: string;
  /** The consumer group. */
  readonly group: string;
  readonly type: string;
  /** Its kind: what differs from one letter to the next is taken out. */
  readonly error: string;
  readonly count: number;
  /** ISO 8601 UTC. */
  readonly oldestAt: string;
  readonly newestAt: string;
  /** Keys that stand still because of the group's letters. */
  readonly parkedKeys: number;
}

/** What is left out is not asked for. `error` is a kind. */
export interface LetterFilter {
  readonly service?: string;
  readonly group?: string;
  readonly type?: string;
  readonly error?: string;
  readonly id?: string;
  readonly limit?: number;
}

export interface Letter {
  /** `<service>-<number>`. */
  readonly id: string;
  readonly service: string;
  /** Its number in the service's database. */
  readonly number: string;
  readonly group: string;
  readonly generation: string;
  readonly eventId: string;
  readonly lane: string;
  readonly key: string;
  readonly type: string;
  readonly error: string;
  readonly reason: string;
  readonly attempts: number;
  readonly at: string;
  /** Events that are parked behind it, up to the next dead one of its key. */
  readonly parked: number;
  /** The id of the event that its key stands still at, when that is an earlier one. */
  readonly behind?: string;
  /** The envelope, or whatever came in its place. */
  readonly content: unknown;
}

export async function groupLetters({ service, pool }: ServiceDatabase): Promise<readonly DeadLetterGroup[]> {
  const errors = await deadErrors({ service, pool });
  const { rows } = await pool.query<Omit<DeadLetterGroup, 'id' | 'service' | 'oldestAt' | 'newestAt'> & { oldest: Date; newest: Date }>(
    `select s.consumer_group as "group", s.type, k.kind as error, count(*)::int as count, min(s.set_aside_at) as oldest, max(s.set_aside_at) as newest,
       count(distinct (s.generation, s.lane))::int as "parkedKeys"
     from banyan.set_aside s join unnest($1::text[], $2::text[]) as k(error, kind) on k.error = s.error
     where s.state = 'dead' group by 1, 2, 3`,
    [errors, errors.map(errorKind)],
  );
  return rows.map(({ oldest, newest, ...row }) => ({
    id: groupId(service, row.group, row.type, row.error),
    service,
    ...row,
    oldestAt: oldest.toISOString(),
    newestAt: newest.toISOString(),
  }));
}

function groupId(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
}

async function deadErrors({ pool }: ServiceDatabase): Promise<readonly string[]> {
  const { rows } = await pool.query<{ error: string }>(`select distinct error from banyan.set_aside where state = 'dead'`);
  return rows.map(({ error }) => error);
}

/** Events that are set aside and that the service still tries again by itself. */
export async function countRetrying({ pool }: ServiceDatabase): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`select count(*)::int as count from banyan.set_aside where state = 'deferred'`);
  return rows[0]?.count ?? 0;
}

interface LetterRow extends Omit<Letter, 'id' | 'service' | 'at' | 'behind'> {
  readonly at: Date;
  readonly behind: string | null;
}

/** Oldest first; the order of numbers is the order within each key. */
export async function findLetters(
  database: ServiceDatabase,
  filter: LetterFilter & { readonly limit: number },
): Promise<readonly Letter[]> {
  const { service, pool } = database;
  const errors = filter.error === undefined ? null : (await deadErrors(database)).filter((error) => errorKind(error) === filter.error);
  const number = filter.id === undefined ? null : numberOf(filter.id);
  const { rows } = await pool.query<LetterRow>(
    `select s.id::text as number, s.consumer_group as "group", s.generation::text as generation, s.event_id as "eventId", s.lane, s.partition_key as key,
       s.type, s.error, s.reason, s.attempts, s.set_aside_at as at, s.content,
       (select count(*)::int from banyan.set_aside w where (w.consumer_group, w.generation, w.lane) = (s.consumer_group, s.generation, s.lane)
          and w.id > s.id and w.id < coalesce(n.id, 9223372036854775807)) as parked,
       nullif(h.id, s.id)::text as behind
     from banyan.set_aside s
     left join lateral (select d.id from banyan.set_aside d where (d.consumer_group, d.generation, d.lane) = (s.consumer_group, s.generation, s.lane)
       and d.id > s.id and d.state = 'dead' order by d.id limit 1) n on true
     left join lateral (select e.id from banyan.set_aside e where (e.consumer_group, e.generation, e.lane) = (s.consumer_group, s.generation, s.lane)
       order by e.id limit 1) h on true
     where s.state = 'dead' and ($1::text is null or s.consumer_group = $1) and ($2::text is null or s.type = $2)
       and ($3::text[] is null or s.error = any ($3)) and ($4::bigint is null or s.id = $4)
     order by s.id limit $5`,
    [filter.group ?? null, filter.type ?? null, errors, number, filter.limit],
  );
  return rows.map(({ at, behind, ...row }) => ({
    id: letterId(service, row.number),
    service,
    ...row,
    at: at.toISOString(),
    ...(behind === null ? {} : { behind: letterId(service, behind) }),
  }));
}

export function letterId(service: string, number: string): string {
  return `${service}-${number}`;
}

/** Undefined when the text is no id. */
export function serviceOf(id: string): string | undefined {
  return /^(.+)-\d{1,18}$/.exec(id)?.[1];
}

export function numberOf(id: string): string {
  return id.slice(id.lastIndexOf('-') + 1);
}
