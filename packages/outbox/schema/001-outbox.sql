-- Events on their way out: written in the transaction of the rows they tell about, taken from here by the relay.

create table banyan.outbox_keys (
  partition_key text collate "C" not null,
  source text collate "C" not null,
  last_sequence bigint not null,
  primary key (partition_key, source)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

comment on table banyan.outbox_keys is
  'One row per partition key and source that ever published. Its row lock makes the order of commits the order of events; last_sequence is the number of the key''s last event. Never delete rows.';

create table banyan.outbox (
  position bigint generated always as identity primary key,
  event_id uuid not null unique,
  partition_key text collate "C" not null,
  type text not null,
  envelope text not null,
  created_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);

comment on table banyan.outbox is
  'Events that are committed and not yet at the broker, as CloudEvents in JSON. The relay publishes them in the order of position and deletes them. Normally all but empty: rows that stay mean that the relay or the broker is away.';
comment on column banyan.outbox.position is 'Order of publishing. For one partition key it is the order of commits; across keys it is not.';

create function banyan.write_events(event_ids uuid[], sources text[], partition_keys text[], types text[], envelopes text[]) returns void
language plpgsql as $$
declare
  number bigint;
begin
  if cardinality(event_ids) = 1 then
    insert into banyan.outbox_keys as k (partition_key, source, last_sequence) values (partition_keys[1], sources[1], 1)
      on conflict on constraint outbox_keys_pkey do update set last_sequence = k.last_sequence + 1
      returning k.last_sequence into number;
    insert into banyan.outbox (event_id, partition_key, type, envelope)
      values (event_ids[1], partition_keys[1], types[1], left(envelopes[1], -1) || ',"sequence":"' || lpad(number::text, 19, '0') || '"}');
    return;
  end if;
  with batch as materialized (
    select * from unnest(event_ids, sources, partition_keys, types, envelopes) with ordinality
      as b (event_id, source, partition_key, type, envelope, place)
  ), numbered as (
    insert into banyan.outbox_keys as k (partition_key, source, last_sequence)
      select b.partition_key, b.source, count(*) from batch b
      group by b.partition_key, b.source order by b.partition_key collate "C", b.source collate "C"
      on conflict on constraint outbox_keys_pkey do update set last_sequence = k.last_sequence + excluded.last_sequence
      returning k.partition_key, k.source, k.last_sequence
  ), counted as (
    select b.*, count(*) over (partition by b.partition_key, b.source order by b.place desc) - 1 as behind from batch b
  )
  insert into banyan.outbox (event_id, partition_key, type, envelope)
    select c.event_id, c.partition_key, c.type,
      left(c.envelope, -1) || ',"sequence":"' || lpad((n.last_sequence - c.behind)::text, 19, '0') || '"}'
    from counted c join numbered n on n.partition_key = c.partition_key and n.source = c.source
    order by c.place;
end $$;

comment on function banyan.write_events is
  'Writes events and gives each its sequence. All keys are locked in one order before the first position is drawn, and stay locked until the transaction ends.';

create function banyan.relay_events(published bigint[], rows_max integer, bytes_max bigint) returns table (row_position bigint, row_envelope text)
language plpgsql as $$
begin
  delete from banyan.outbox where position = any (published);
  return query
    select bounded.position, bounded.envelope from (
      select o.position, o.envelope, sum(octet_length(o.envelope)) over (order by o.position) - octet_length(o.envelope) as bytes_before
      from (select position, envelope from banyan.outbox order by position limit rows_max) o
    ) bounded
    where bounded.bytes_before < bytes_max order by bounded.position;
end $$;

comment on function banyan.relay_events is
  'One step of the relay: deletes what it has published, and answers the first of what is committed, by position. At least one row, when there is one.';
