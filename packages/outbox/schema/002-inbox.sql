-- What consumer groups have handled, and what they could not: one row of the inbox decides between the two.

create table banyan.inbox (
  consumer_group text collate "C" not null,
  generation bigint not null,
  event_id text collate "C" not null,
  status text not null check (status in ('handled', 'set-aside', 'discarded')),
  noted_at timestamptz not null default clock_timestamp(),
  primary key (consumer_group, generation, event_id)
) with (autovacuum_vacuum_insert_scale_factor = 0.05);

create index inbox_noted_at on banyan.inbox using brin (noted_at) with (pages_per_range = 32, autosummarize = on);

comment on table banyan.inbox is
  'Events that a consumer group is done with (handled, discarded) or keeps in banyan.set_aside. Written in the transaction of the effect, so that no event has its effect twice. Generation 0 is normal operation, each replay has its own.';

create table banyan.set_aside (
  id bigint generated always as identity primary key,
  consumer_group text collate "C" not null,
  generation bigint not null,
  lane text collate "C" not null,
  event_id text collate "C" not null,
  partition_key text collate "C" not null,
  type text not null,
  content json,
  state text not null check (state in ('deferred', 'waiting', 'dead')),
  attempts integer not null,
  due_at timestamptz check ((due_at is null) = (state = 'dead')),
  reason text not null,
  error text not null,
  set_aside_at timestamptz not null default clock_timestamp()
);

create index set_aside_lane on banyan.set_aside (consumer_group, generation, lane, id);

comment on table banyan.set_aside is
  'Events that could not be handled yet: deferred are tried again at due_at, waiting follow an earlier event of their key, dead wait for an operator (redrive or discard).';
comment on column banyan.set_aside.lane is 'The partition key; an event without a key has a lane of its own.';

create table banyan.parked_keys (
  consumer_group text collate "C" not null,
  generation bigint not null,
  lane text collate "C" not null,
  due_at timestamptz,
  parked_at timestamptz not null default clock_timestamp(),
  primary key (consumer_group, generation, lane)
);

create index parked_keys_due on banyan.parked_keys (consumer_group, due_at) where due_at is not null;

comment on table banyan.parked_keys is
  'Keys that have something in banyan.set_aside: later events of theirs are set aside behind it. due_at is that of the key''s oldest event; empty means that it is dead and the key stands still.';

create function banyan.lane_of(partition_key text, event_id text) returns text
language sql immutable as $$ select case when partition_key = '' then ' no key: ' || event_id else partition_key end $$;

create function banyan.lock_lane(in_group text, in_generation bigint, in_lane text, exclusive boolean) returns void
language plpgsql as $$
declare
  lock_number bigint := hashtextextended(concat_ws(' ', in_group, in_generation, in_lane), 7233020);
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'a consumer needs READ COMMITTED, and this transaction is %', upper(current_setting('transaction_isolation'))
      using errcode = 'invalid_transaction_state';
  end if;
  if exclusive then
    perform pg_advisory_xact_lock(lock_number);
  else
    perform pg_advisory_xact_lock_shared(lock_number);
  end if;
end $$;

comment on function banyan.lock_lane is
  'Handling shares a lane, setting aside has it alone. What looks at a lane does so in a statement after this one, which therefore sees all that was committed before the lock was given.';

create function banyan.note_handled(in_group text, in_generation bigint, in_event_id text, in_key text) returns text
language plpgsql as $$
begin
  if in_key <> '' then
    perform banyan.lock_lane(in_group, in_generation, in_key, false);
    if exists (select from banyan.parked_keys where consumer_group = in_group and generation = in_generation and lane = in_key) then
      if exists (select from banyan.inbox where consumer_group = in_group and generation = in_generation and event_id = in_event_id) then
        return 'duplicate';
      end if;
      return 'blocked';
    end if;
  end if;
  insert into banyan.inbox (consumer_group, generation, event_id, status) values (in_group, in_generation, in_event_id, 'handled')
    on conflict do nothing;
  return case when found then 'handled' else 'duplicate' end;
end $$;

comment on function banyan.note_handled is 'Notes an event as handled in the transaction that is about to handle it: handled (go on), duplicate or blocked (do nothing).';

create function banyan.refresh_parked_key(in_group text, in_generation bigint, in_lane text) returns void
language plpgsql as $$
declare
  oldest banyan.set_aside;
begin
  select * into oldest from banyan.set_aside s
    where s.consumer_group = in_group and s.generation = in_generation and s.lane = in_lane order by s.id limit 1;
  if oldest.id is null then
    delete from banyan.parked_keys where consumer_group = in_group and generation = in_generation and lane = in_lane;
  elsif not exists (select from banyan.parked_keys where consumer_group = in_group and generation = in_generation and lane = in_lane) then
    insert into banyan.parked_keys (consumer_group, generation, lane, due_at) values (in_group, in_generation, in_lane, oldest.due_at);
  else
    update banyan.parked_keys set due_at = oldest.due_at
      where consumer_group = in_group and generation = in_generation and lane = in_lane and due_at is distinct from oldest.due_at;
  end if;
end $$;

comment on function banyan.refresh_parked_key is 'Makes the row of a parked key say what its oldest event says. The caller has the lane alone.';

create function banyan.set_event_aside(
  in_group text, in_generation bigint, in_event_id text, in_key text, in_type text, in_content json,
  in_state text, in_attempts integer, due_in_ms double precision, in_reason text, in_error text
) returns text
language plpgsql as $$
declare
  in_lane text := banyan.lane_of(in_key, in_event_id);
begin
  perform banyan.lock_lane(in_group, in_generation, in_lane, true);
  if in_state = 'waiting' and not exists (
    select from banyan.parked_keys where consumer_group = in_group and generation = in_generation and lane = in_lane
  ) then
    if exists (select from banyan.inbox where consumer_group = in_group and generation = in_generation and event_id = in_event_id) then
      return 'duplicate';
    end if;
    return 'clear';
  end if;
  insert into banyan.inbox (consumer_group, generation, event_id, status) values (in_group, in_generation, in_event_id, 'set-aside')
    on conflict do nothing;
  if not found then
    return 'duplicate';
  end if;
  insert into banyan.set_aside
    (consumer_group, generation, lane, event_id, partition_key, type, content, state, attempts, due_at, reason, error)
    values (in_group, in_generation, in_lane, in_event_id, in_key, in_type, in_content, in_state, in_attempts,
      case when in_state <> 'dead' then clock_timestamp() + due_in_ms * interval '1 millisecond' end, in_reason, in_error);
  perform banyan.refresh_parked_key(in_group, in_generation, in_lane);
  return 'set-aside';
end $$;

create function banyan.take_set_aside(in_group text) returns setof banyan.set_aside
language plpgsql as $$
declare
  parked banyan.parked_keys;
begin
  select * into parked from banyan.parked_keys k
    where k.consumer_group = in_group and k.due_at <= clock_timestamp() order by k.due_at limit 1 for update skip locked;
  -- A second statement: the row may have changed hands since the first one's snapshot.
  return query select * from banyan.set_aside s
    where s.consumer_group = parked.consumer_group and s.generation = parked.generation and s.lane = parked.lane order by s.id limit 1;
end $$;

comment on function banyan.take_set_aside is 'The oldest event of a key that is due; its key is locked until the transaction ends, and passed over by others meanwhile.';

create function banyan.finish_set_aside(in_id bigint) returns void
language plpgsql as $$
declare
  entry banyan.set_aside;
begin
  select * into strict entry from banyan.set_aside where id = in_id;
  perform banyan.lock_lane(entry.consumer_group, entry.generation, entry.lane, true);
  delete from banyan.set_aside where id = in_id;
  update banyan.inbox set status = 'handled', noted_at = clock_timestamp()
    where consumer_group = entry.consumer_group and generation = entry.generation and event_id = entry.event_id;
  perform banyan.refresh_parked_key(entry.consumer_group, entry.generation, entry.lane);
end $$;

create function banyan.postpone_set_aside(
  in_id bigint, in_state text, in_attempts integer, due_in_ms double precision, in_reason text, in_error text
) returns void
language plpgsql as $$
declare
  entry banyan.set_aside;
begin
  select * into entry from banyan.set_aside where id = in_id;
  if entry.id is null then
    return;
  end if;
  -- Row before lane, as one that is trying an event has its row first and wants the lane at its end.
  perform from banyan.parked_keys
    where consumer_group = entry.consumer_group and generation = entry.generation and lane = entry.lane for update;
  perform banyan.lock_lane(entry.consumer_group, entry.generation, entry.lane, true);
  update banyan.set_aside set
      state = in_state, attempts = in_attempts, error = in_error, reason = coalesce(in_reason, reason),
      due_at = case when in_state <> 'dead' then clock_timestamp() + due_in_ms * interval '1 millisecond' end
    where id = in_id and attempts = in_attempts - 1;
  perform banyan.refresh_parked_key(entry.consumer_group, entry.generation, entry.lane);
end $$;

comment on function banyan.postpone_set_aside is
  'Plans the next attempt or buries the event. Nothing happens when it was moved meanwhile, which shows in its attempts.';

create function banyan.resolve_dead(ids bigint[], again boolean) returns integer
language plpgsql as $$
declare
  places banyan.parked_keys[];
  place banyan.parked_keys;
  resolved integer;
begin
  -- In one order, so that two operators do not wait for each other.
  select array_agg(k order by k.consumer_group, k.generation, k.lane) into places from banyan.parked_keys k
    where exists (
      select from banyan.set_aside s
      where s.id = any (ids) and s.consumer_group = k.consumer_group and s.generation = k.generation and s.lane = k.lane
    );
  foreach place in array coalesce(places, '{}') loop
    perform banyan.lock_lane(place.consumer_group, place.generation, place.lane, true);
  end loop;
  if again then
    update banyan.set_aside set state = 'deferred', attempts = 0, due_at = clock_timestamp() where id = any (ids) and state = 'dead';
  else
    with gone as (
      delete from banyan.set_aside where id = any (ids) and state = 'dead' returning consumer_group, generation, event_id
    )
    update banyan.inbox i set status = 'discarded', noted_at = clock_timestamp() from gone g
      where i.consumer_group = g.consumer_group and i.generation = g.generation and i.event_id = g.event_id;
  end if;
  get diagnostics resolved = row_count;
  foreach place in array coalesce(places, '{}') loop
    perform banyan.refresh_parked_key(place.consumer_group, place.generation, place.lane);
  end loop;
  return resolved;
end $$;

comment on function banyan.resolve_dead is 'What an operator does with dead events: tried again now, or given up for good. Answers how many.';
