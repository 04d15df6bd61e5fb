-- The control database: what each extraction is at, every move, its evidence, and the audit of it all.

create table banyan.controller (
  only_row boolean primary key default true check (only_row),
  system text not null,
  -- Grows each time a controller takes over; a write with an older epoch is refused.
  epoch bigint not null default 0,
  holder text not null default '',
  taken_at timestamptz not null default now(),
  -- Grows with each stored change of routing.
  route_version bigint not null default 0
);

create table banyan.extraction (
  name text primary key,
  stage text not null check (stage in ('planned', 'replicating', 'shadow', 'canary', 'owner', 'retired')),
  share_percent integer not null default 0 check (share_percent between 0 and 100),
  follows text not null default 'none' check (follows in ('none', 'forward', 'reverse')),
  held boolean not null default false,
  side_programs_stopped boolean not null default false,
  entered_at timestamptz not null default now()
);

create table banyan.move (
  id bigint generated always as identity primary key,
  -- Made by the controller, so that a retried insert does not make two moves.
  request_id uuid not null unique,
  extraction text not null references banyan.extraction (name),
  kind text not null check (kind in ('advance', 'back')),
  work text not null,
  from_stage text not null,
  from_share integer not null,
  to_stage text not null,
  to_share integer not null,
  actor text not null,
  reason text,
  forced boolean not null default false,
  step text not null default 'stored',
  status text not null default 'running' check (status in ('running', 'done', 'cancelled', 'failed')),
  started_at timestamptz not null default now(),
  finished_at timestamptz
);
-- Moves are made one at a time, whatever happens to the controller.
create unique index move_one_running on banyan.move ((true)) where status = 'running';

create table banyan.cutover (
  extraction text primary key references banyan.extraction (name),
  state text not null,
  written_at timestamptz not null default now()
);

create table banyan.evidence (
  id bigint generated always as identity primary key,
  extraction text not null references banyan.extraction (name),
  kind text not null,
  body jsonb not null,
  at timestamptz not null default now()
);
create index evidence_newest on banyan.evidence (extraction, kind, id desc);

create table banyan.audit (
  seq bigint primary key,
  entry_id uuid not null unique,
  -- Text, kept exactly as it was hashed.
  at text not null,
  actor text not null,
  action text not null,
  extraction text not null,
  reason text not null,
  detail text not null,
  previous_hash text not null,
  hash text not null
);

create function banyan.refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'banyan.audit only grows: rows are neither changed nor removed' using errcode = '25006';
end $$;
create trigger audit_only_grows before update or delete or truncate on banyan.audit
  for each statement execute function banyan.refuse_audit_change();
