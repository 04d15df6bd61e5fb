-- Every process that runs sagas holds one lease. What it writes holds this row FOR KEY SHARE until its commit; whoever takes over deletes the row:
-- so a process that lost its lease writes nothing more, and renewing (an update of no key column) waits for nobody.
create table banyan.saga_leases (
  token bigint generated always as identity primary key,
  holder text not null,
  expires_at timestamptz not null
);
comment on table banyan.saga_leases is 'Processes that run sagas; a row that has expired is deleted by another process, which takes over its sagas.';

create sequence banyan.saga_event_position;

create table banyan.sagas (
  id uuid primary key,
  name text not null,
  key text not null,
  version integer not null,
  state text not null check (state in ('running', 'undoing', 'needs-operator', 'completed', 'compensated')),
  input json not null,
  arms text[] not null,
  correlation_id text not null,
  traceparent text,
  started_at timestamptz not null default clock_timestamp(),
  deadline_at timestamptz not null,
  events_from bigint not null,
  owner bigint,
  claims integer not null default 0,
  wake_at timestamptz,
  taken_over integer not null default 0,
  wait_topic text,
  wait_key text,
  wait_until timestamptz,
  passed_over text[] not null default '{}',
  request json,
  result json,
  marks text[] not null default '{}',
  reason text,
  ended_at timestamptz,
  unique (name, key)
);
comment on table banyan.sagas is 'One row per saga; what it did is in saga_steps.';
comment on column banyan.sagas.owner is 'Token of the lease that runs it; null when it waits, has ended, or is to be claimed at wake_at.';
comment on column banyan.sagas.events_from is 'Events kept at a later position than this can be meant for it.';
create index sagas_owned on banyan.sagas (owner) where owner is not null;
create index sagas_to_claim on banyan.sagas (wake_at) where owner is null and wake_at is not null;
create index sagas_waiting on banyan.sagas (wait_topic, wait_key) where wait_topic is not null;
create index sagas_requested on banyan.sagas (id) where request is not null;
create index sagas_started on banyan.sagas (started_at);
create index sagas_for_operator on banyan.sagas (started_at) where state = 'needs-operator';

create table banyan.saga_steps (
  saga uuid not null,
  number integer not null,
  kind text not null,
  step text,
  arms text[],
  content json,
  at timestamptz not null default clock_timestamp(),
  primary key (saga, number)
);
comment on table banyan.saga_steps is 'What sagas did, in order; rows are only added. "arms" names the steps whose undo is due from then on.';

create table banyan.saga_events (
  position bigint primary key default nextval('banyan.saga_event_position'),
  topic text not null,
  key text not null,
  event_id text not null,
  event json not null,
  kept_at timestamptz not null default clock_timestamp(),
  unique (topic, key, event_id)
);
comment on table banyan.saga_events is 'Events that a saga waits for or may come to wait for, kept for a limited time.';
create index saga_events_kept_at on banyan.saga_events (kept_at);

create table banyan.saga_fences (
  saga text not null,
  step text not null,
  actions integer not null,
  undos integer not null,
  at timestamptz not null default clock_timestamp(),
  primary key (saga, step)
);
comment on table banyan.saga_fences is 'How often a participant was asked for a step and for its undo; an action after its undo is refused.';

-- Everything that is written for sagas, many at once: one statement of the client, prepared like any other, planned once per connection.
-- Index look-ups whatever the planner thinks of tables that have just been made and grow fast.
create function banyan.saga_write(lease_token bigint, starts json, records json, changes json, idle_limit text) returns json language plpgsql set enable_seqscan = off as $write$
declare
  lease bigint;
  started_ids uuid[];
  recorded_ids uuid[];
  changed_ids uuid[];
begin
  if lease_token is not null then
    select token into lease from banyan.saga_leases where token = lease_token for key share;
    if lease is null then
      return json_build_object('alive', false, 'written', '[]'::json);
    end if;
  end if;

  if starts is not null then
    with inserted as (
      insert into banyan.sagas (id, name, key, version, state, input, arms, correlation_id, traceparent, deadline_at, events_from, owner, wake_at)
      select n.id, n.name, n.key, n.version, 'running', n.input, n.arms, n.correlation, n.traceparent,
        clock_timestamp() + n.limit_ms * interval '1 ms',
        (select case when is_called then last_value else 0 end from banyan.saga_event_position),
        case when n.unowned then null else lease end, case when n.unowned then clock_timestamp() end
      from json_to_recordset(starts) as n(id uuid, name text, key text, version integer, input json, arms text[],
        correlation text, traceparent text, limit_ms double precision, unowned boolean)
      where lease is not null or n.unowned
      on conflict do nothing returning id)
    select array_agg(id) into started_ids from inserted;
  end if;

  if records is not null then
    with inserted as (
      insert into banyan.saga_steps (saga, number, kind, step, arms, content)
      select r.saga, r.number, r.kind, r.step, r.arms, r.content
      from json_to_recordset(records) as r(saga uuid, number integer, kind text, step text, arms text[], content json)
      where lease is not null
      on conflict do nothing returning saga)
    select array_agg(distinct saga) into recorded_ids from inserted;
  end if;

  -- A change is made only together with its own records, and only under the claim it belongs to: so the whole is written once, however often it is sent.
  if changes is not null then
    with updated as (
      update banyan.sagas s set state = c.state,
        owner = case when c.released then null else s.owner end,
        wake_at = clock_timestamp() + c.wake_ms * interval '1 ms',
        wait_topic = c.topic, wait_key = c.wait_key, wait_until = clock_timestamp() + c.within_ms * interval '1 ms',
        passed_over = coalesce(c.passed_over, '{}'),
        input = coalesce(c.input, s.input), result = coalesce(c.result, s.result), marks = coalesce(c.marks, s.marks),
        reason = coalesce(c.reason, s.reason),
        request = case when c.answered then null else s.request end, taken_over = case when c.answered then 0 else s.taken_over end,
        ended_at = case when c.state in ('completed', 'compensated') then clock_timestamp() end
      from json_to_recordset(changes) as c(saga uuid, claims integer, recorded boolean, state text, released boolean,
        wake_ms double precision, topic text, wait_key text, within_ms double precision, passed_over text[], input json, result json,
        marks text[], reason text, answered boolean)
      where s.id = c.saga and s.owner = lease and s.claims = c.claims and (not c.recorded or c.saga = any (recorded_ids))
      returning s.id)
    select array_agg(id) into changed_ids from updated;
  end if;

  if idle_limit is not null then
    perform set_config('idle_in_transaction_session_timeout', idle_limit, true);
  end if;
  return json_build_object('alive', lease is not null, 'written', array_to_json(started_ids || recorded_ids || changed_ids));
end $write$;
comment on function banyan.saga_write is 'Starts, records and changes of many sagas under one lease; answers the sagas for which something was written.';
