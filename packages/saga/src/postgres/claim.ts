/** The statements with which a lease takes sagas that nobody owns and that have something to do. */
import type { Statement } from './write.ts';

const isKnown = `(s.name || '/' || s.version) = any($3::text[])`;

const hasEvent = `s.wait_topic = e.topic and s.wait_key = e.key and e.position > s.events_from and e.event_id <> all (s.passed_over)`;

function claiming(name: string, answered: string, isFree = 's.owner is null'): Statement {
  return {
    name,
    text: `with lease as materialized (select token from banyan.saga_leases where token = $1::bigint for key share),
  due as (
    select s.id from banyan.sagas s
    where s.owner is null and s.wake_at <= statement_timestamp()
      and (${isKnown} or s.wake_at <= statement_timestamp() - $4::double precision * interval '1 ms')
    order by s.wake_at limit $2 for update skip locked),
  requested as (select s.id from banyan.sagas s where s.owner is null and s.request is not null limit $2 for update skip locked),
  answered as (${answered} limit $2 for update of s skip locked),
  taken as (
    update banyan.sagas s set owner = lease.token, claims = s.claims + 1
    from lease, (select id from due union select id from requested union select id from answered limit $2) c
    where s.id = c.id and ${isFree} returning s.*)
  select s.id, s.name, s.key, s.version, s.state, s.input, s.arms, s.correlation_id, s.traceparent, s.taken_over, s.started_at, s.ended_at,
    s.result, s.marks, s.reason, s.request, s.claims, s.passed_over,
    extract(epoch from s.deadline_at - clock_timestamp()) * 1000 as deadline_left_ms,
    extract(epoch from s.wait_until - clock_timestamp()) * 1000 as wait_left_ms,
    (select json_agg(r order by r.number) from banyan.saga_steps r where r.saga = s.id) as records,
    (select json_agg(e order by e.position) from (
      select e.position, e.topic, e.key, e.event_id as "eventId", e.event from banyan.saga_events e where ${hasEvent} order by e.position limit 100) e) as events
  from taken s`,
  };
}

/** $5: addresses at which events have been kept or waits begun. */
export const claimStatement = claiming(
  'banyan-saga-claim',
  `select s.id from json_to_recordset($5::json) as a(topic text, key text)
    join banyan.sagas s on s.wait_topic = a.topic and s.wait_key = a.key
    where s.owner is null and ${isKnown} and exists (select from banyan.saga_events e where ${hasEvent})`,
);

/** $5: the age in milliseconds up to which kept events are looked at. */
export const eventsAtStatement = claiming(
  'banyan-saga-claim-by-events',
  `select s.id from banyan.saga_events e join banyan.sagas s on ${hasEvent}
    where e.kept_at >= statement_timestamp() - $5::double precision * interval '1 ms' and s.owner is null and ${isKnown}`,
);

/** $5: the sagas that are under way, and the starts that may have been written. */
export const straysStatement = claiming(
  'banyan-saga-claim-strays',
  `select s.id from banyan.sagas s
    where s.owner = $1::bigint and s.id::text not in (select json_array_elements_text($5::json -> 'underWay'))
      and (s.claims > 0 or s.id::text in (select json_array_elements_text($5::json -> 'lostStarts')))`,
  '(s.owner is null or s.owner = lease.token)',
);

export const requestedStatement: Statement = {
  name: 'banyan-saga-requested',
  text: 'select id, request from banyan.sagas where request is not null and owner = $1::bigint limit 1000',
};
