-- Who has done what. The columns are those of the monolith's table, so that rows pass both ways unchanged; times are UTC. People are elsewhere.
create table audit_events (
  id text primary key,
  "actorId" text,
  action text not null,
  "entityType" text not null,
  "entityId" text not null,
  metadata jsonb,
  "createdAt" timestamp(3) not null default current_timestamp
);
create index "audit_events_entityType_entityId_idx" on audit_events ("entityType", "entityId");
create index "audit_events_actorId_idx" on audit_events ("actorId");
create index "audit_events_createdAt_idx" on audit_events ("createdAt");

-- What events have told, and of it what the monolith's table has no place for. An entry that users are shown has the same id there, once this service owns that
-- table; until then the monolith has it, and here it may be earlier.
create table noted_events (
  id text primary key,
  "actorId" text,
  action text not null,
  "entityType" text not null,
  "entityId" text not null,
  metadata jsonb not null,
  "createdAt" timestamp(3) not null,
  "hiddenActorId" text,
  "correlationId" text not null,
  "isShown" boolean not null
);
create index "noted_events_entityType_entityId_idx" on noted_events ("entityType", "entityId");
create index "noted_events_actorId_idx" on noted_events ("actorId");
create index "noted_events_hiddenActorId_idx" on noted_events ("hiddenActorId");
create index "noted_events_createdAt_idx" on noted_events ("createdAt");
comment on column noted_events.id is 'Of the event.';
comment on column noted_events."hiddenActorId" is 'Who has done what the monolith notes without a name.';

create view entries as
  select e.id, e."actorId", e.action, e."entityType", e."entityId", e.metadata, e."createdAt", n."hiddenActorId", n."correlationId",
    coalesce(n."isShown", true) as "isShown"
  from audit_events e left join noted_events n using (id)
  union all
  select n.id, n."actorId", n.action, n."entityType", n."entityId", n.metadata, n."createdAt", n."hiddenActorId", n."correlationId", n."isShown"
  from noted_events n where not exists (select from audit_events e where e.id = n.id);

-- The number of the last event of each thing that is noted.
create table last_heard (
  source text not null,
  key text not null,
  sequence bigint not null,
  primary key (source, key)
);

-- Whoever is gone, by id alone: what of theirs comes late was done by nobody.
create table gone_actors (
  id text primary key
);

-- As the controller makes it when it is first told something: which program owns what an extraction moves. No row: the monolith.
create schema if not exists banyan;
create table if not exists banyan.owners (
  extraction text primary key,
  owner text not null,
  told_at timestamptz not null default now()
);
