-- Dead events that an operator gave up are kept, with who and why.

create table banyan.discarded (
  like banyan.set_aside including defaults excluding identity,
  discarded_by text not null,
  why text not null,
  discarded_at timestamptz not null default clock_timestamp(),
  primary key (id)
);

comment on table banyan.discarded is
  'Dead events that were given up for good: banyan.inbox holds them as discarded, so none takes effect when it comes again.';

drop function banyan.resolve_dead;

create function banyan.lock_lanes_of(ids bigint[]) returns banyan.parked_keys[]
language plpgsql as $$
declare
  places banyan.parked_keys[];
  place banyan.parked_keys;
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
  return coalesce(places, '{}');
end $$;

create function banyan.redrive_dead(ids bigint[]) returns integer
language plpgsql as $$
declare
  places banyan.parked_keys[] := banyan.lock_lanes_of(ids);
  place banyan.parked_keys;
  resolved integer;
begin
  update banyan.set_aside set state = 'deferred', attempts = 0, revision = revision + 1, due_at = clock_timestamp()
    where id = any (ids) and state = 'dead';
  get diagnostics resolved = row_count;
  foreach place in array places loop
    perform banyan.refresh_parked_key(place.consumer_group, place.generation, place.lane);
  end loop;
  return resolved;
end $$;

comment on function banyan.redrive_dead is 'Dead events are due now, with no attempts behind them. Answers how many.';

create function banyan.discard_dead(ids bigint[], in_by text, in_why text) returns integer
language plpgsql as $$
declare
  places banyan.parked_keys[] := banyan.lock_lanes_of(ids);
  place banyan.parked_keys;
  resolved integer;
begin
  with gone as (
    delete from banyan.set_aside where id = any (ids) and state = 'dead' returning *
  ), kept as (
    insert into banyan.discarded select g.*, in_by, in_why from gone g
  )
  update banyan.inbox i set status = 'discarded', noted_at = clock_timestamp() from gone g
    where i.consumer_group = g.consumer_group and i.generation = g.generation and i.event_id = g.event_id;
  get diagnostics resolved = row_count;
  foreach place in array places loop
    perform banyan.refresh_parked_key(place.consumer_group, place.generation, place.lane);
  end loop;
  return resolved;
end $$;

comment on function banyan.discard_dead is 'Dead events are given up for good and kept with who and why; their keys go on. Answers how many.';
