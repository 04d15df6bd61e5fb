-- Each change of an event that is set aside gives it another revision: an attempt that is told late does not undo what came after it, a redrive least of all.

alter table banyan.set_aside add column revision integer not null default 0;

comment on column banyan.set_aside.revision is 'Counts its changes: an attempt is only counted for the revision that it tried.';

drop function banyan.postpone_set_aside;

create function banyan.postpone_set_aside(
  in_id bigint, in_state text, in_attempts integer, due_in_ms double precision, in_reason text, in_error text, in_revision integer default null
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
      state = in_state, attempts = in_attempts, error = in_error, reason = coalesce(in_reason, reason), revision = revision + 1,
      due_at = case when in_state <> 'dead' then clock_timestamp() + due_in_ms * interval '1 millisecond' end
    where id = in_id and case when in_revision is null then attempts = in_attempts - 1 else revision = in_revision end;
  perform banyan.refresh_parked_key(entry.consumer_group, entry.generation, entry.lane);
end $$;

comment on function banyan.postpone_set_aside is
  'Plans the next attempt or buries the event. Nothing happens when it was moved meanwhile, which shows in its revision; programs that know none go by its attempts.';
