-- Appends that do less for each event, and single ones that wait only for those of their own key. The order of steps is as in 001.

-- Many writers of one event each are under way at once, and with 512 locks some of them would wait for a commit that is none of their business:
-- a single append shares the lock of 512 that a batch has alone, and has alone one of its source and key.
create or replace function banyan.append_event(
  _id uuid, _type text, _payload text, _time timestamptz, _source text, _correlation text, _causation text,
  _key text, _sequence bigint, _partition smallint, _subject text, _dataschema text, _traceparent text
) returns void language plpgsql as $$
declare
  known_version bigint;
begin
  perform pg_advisory_xact_lock_shared(25209::bigint << 48 | case when is_called then last_value else 0 end),
    pg_advisory_xact_lock_shared(1650552442, hashtext(_source || ' ' || _key) & 511),
    pg_advisory_xact_lock(1650552443, hashtext(_source || ' ' || _key)) from banyan.event_positions;
  known_version := (select version from banyan.events where aggregate_id = _key and service_id = _source order by version desc limit 1);
  if known_version >= _sequence then
    if exists (select from banyan.events where id = _id) then return; end if;
    raise exception using errcode = 'BY001', message = format('%s of %s has sequence %s and comes after %s', _key, _source, _sequence, known_version);
  end if;
  insert into banyan.events (position, id, type, payload, timestamp, service_id, correlation_id, causation_id, aggregate_id, version, partition, subject, dataschema, traceparent)
    values (nextval('banyan.event_positions'), _id, _type, _payload::json, _time, _source, _correlation, _causation, _key, _sequence, _partition, _subject, _dataschema, _traceparent)
    on conflict (id) do nothing;
end $$;

-- A batch in its order. What all events of it are as a rule, new, is asked once; only otherwise each is looked up by its id, and inserted with the care
-- that two of one id need. Arrays are unnested side by side in the select list, which keeps no copy of them as rows, as a FROM would.
create or replace function banyan.append_events(
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
  if not exists (
    select from (select unnest(sources) as source, unnest(keys) as key, unnest(sequences) as sequence) as n
    join lateral (select version from banyan.events where aggregate_id = n.key and service_id = n.source order by version desc limit 1) as e
      on e.version >= n.sequence
  ) then
    begin
      insert into banyan.events (position, id, type, payload, timestamp, service_id, correlation_id, causation_id, aggregate_id, version, partition, subject, dataschema, traceparent)
        select nextval('banyan.event_positions'), unnest(ids), unnest(types), unnest(payloads)::json, unnest(times), unnest(sources), unnest(correlations), unnest(causations),
          unnest(keys), unnest(sequences), unnest(partitions), unnest(subjects), unnest(dataschemas), unnest(traceparents);
      return;
    exception when unique_violation then null; -- an id that is there under another key, or twice in the batch
    end;
  end if;
  select format('%s of %s has sequence %s and comes after %s', n.key, n.source, n.sequence, e.version) into broken
    from unnest(ids, sources, keys, sequences) as n (id, source, key, sequence)
    join lateral (select version from banyan.events where aggregate_id = n.key and service_id = n.source order by version desc limit 1) as e
      on e.version >= n.sequence
    -- A scalar, so that it is looked up by index and only for what is suspect, whatever the planner thinks of a table that has just been made.
    where (select true from banyan.events as known where known.id = n.id) is null
    limit 1;
  if broken is not null then raise exception using errcode = 'BY001', message = broken; end if;
  insert into banyan.events (position, id, type, payload, timestamp, service_id, correlation_id, causation_id, aggregate_id, version, partition, subject, dataschema, traceparent)
    select nextval('banyan.event_positions'), unnest(ids), unnest(types), unnest(payloads)::json, unnest(times), unnest(sources), unnest(correlations), unnest(causations),
      unnest(keys), unnest(sequences), unnest(partitions), unnest(subjects), unnest(dataschemas), unnest(traceparents)
    on conflict (id) do nothing;
end $$;
