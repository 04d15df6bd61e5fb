-- The log of all events of a system. Column names are for people who query it; in an envelope service_id is `source`,
-- aggregate_id `partitionkey`, version `sequence`, timestamp `time`, payload `data`.

create table banyan.event_log (
  only_row boolean primary key default true check (only_row),
  partitions smallint not null check (partitions between 1 and 1024)
);

-- CACHE 1: positions must be drawn in one order by all sessions.
create sequence banyan.event_positions cache 1;

create table banyan.events (
  position bigint primary key,
  id uuid not null unique,
  type text not null,
  payload json not null,
  timestamp timestamptz not null,
  service_id text not null,
  correlation_id text not null,
  causation_id text,
  aggregate_id text not null,
  version bigint not null,
  partition smallint not null,
  -- Null when it is the key, as in every envelope that Banyan makes.
  subject text,
  dataschema text not null,
  traceparent text,
  unique (aggregate_id, service_id, version)
);

alter sequence banyan.event_positions owned by banyan.events.position;
create index events_correlation on banyan.events (correlation_id);
create index events_timestamp on banyan.events using brin (timestamp) with (autosummarize = on);

-- Appends one event, or nothing when its id is there. The order of its steps is what readers of the feed rely on:
-- 1. a lock that nobody waits for says, until the transaction ends, that all positions it draws are above the number in the lock;
--    readers of the feed see it in pg_locks (25209 in the upper 16 bits, the last position drawn by anybody in the lower 48);
-- 2. a lock per source and key makes positions follow sequences also between concurrent appends; keys share 512 locks, so that a large
--    batch cannot use up the server's lock table;
-- 3. only then is a position drawn.
create function banyan.append_event(
  _id uuid, _type text, _payload text, _time timestamptz, _source text, _correlation text, _causation text,
  _key text, _sequence bigint, _partition smallint, _subject text, _dataschema text, _traceparent text
) returns void language plpgsql as $$
declare
  known_version bigint;
begin
  perform pg_advisory_xact_lock_shared(25209::bigint << 48 | case when is_called then last_value else 0 end),
    pg_advisory_xact_lock(1650552442, hashtext(_source || ' ' || _key) & 511) from banyan.event_positions;
  known_version := (select version from banyan.events where aggregate_id = _key and service_id = _source order by version desc limit 1);
  if known_version >= _sequence then
    if exists (select from banyan.events where id = _id) then return; end if;
    raise exception using errcode = 'BY001', message = format('%s of %s has sequence %s and comes after %s', _key, _source, _sequence, known_version);
  end if;
  insert into banyan.events (position, id, type, payload, timestamp, service_id, correlation_id, causation_id, aggregate_id, version, partition, subject, dataschema, traceparent)
    values (nextval('banyan.event_positions'), _id, _type, _payload::json, _time, _source, _correlation, _causation, _key, _sequence, _partition, _subject, _dataschema, _traceparent)
    on conflict (id) do nothing;
end $$;

-- The same for a batch in its order, in three statements however many events there are; for a single event it costs twice as much.
create function banyan.append_events(
  ids uuid[], types text[], payloads text[], times timestamptz[], sources text[], correlations text[], causations text[],
  keys text[], sequences bigint[], partitions smallint[], subjects text[], dataschemas text[], traceparents text[]
) returns void language plpgsql as $$
declare
  broken text;
begin
  perform pg_advisory_xact_lock_shared(25209::bigint << 48 | case when is_called then last_value else 0 end) from banyan.event_positions;
  perform pg_advisory_xact_lock(1650552442, bucket) from (
    select distinct hashtext(k.source || ' ' || k.key) & 511 as bucket from unnest(sources, keys) as k (source, key) order by 1
  ) as buckets;
  select format('%s of %s has sequence %s and comes after %s', n.key, n.source, n.sequence, e.version) into broken
    from unnest(ids, sources, keys, sequences) as n (id, source, key, sequence)
    join lateral (select version from banyan.events where aggregate_id = n.key and service_id = n.source order by version desc limit 1) as e
      on e.version >= n.sequence
    -- A scalar, so that it is looked up by index and only for what is suspect, whatever the planner thinks of a table that has just been made.
    where (select true from banyan.events as known where known.id = n.id) is null
    limit 1;
  if broken is not null then raise exception using errcode = 'BY001', message = broken; end if;
  insert into banyan.events (position, id, type, payload, timestamp, service_id, correlation_id, causation_id, aggregate_id, version, partition, subject, dataschema, traceparent)
    select nextval('banyan.event_positions'), n.id, n.type, n.payload::json, n.time, n.source, n.correlation, n.causation, n.key, n.sequence, n.partition, n.subject, n.dataschema, n.traceparent
    from (
      select * from unnest(ids, types, payloads, times, sources, correlations, causations, keys, sequences, partitions, subjects, dataschemas, traceparents)
        with ordinality as given (id, type, payload, time, source, correlation, causation, key, sequence, partition, subject, dataschema, traceparent, place)
      order by place
    ) as n
    on conflict (id) do nothing;
end $$;
