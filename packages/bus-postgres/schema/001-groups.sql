-- Consumer groups of the bus: how far each has come in each partition of the log. Who works on a partition stands nowhere:
-- it is whoever holds its advisory lock (bus class + group id, partition), which ends with the session that took it.

create table banyan.bus_groups (
  id integer generated always as identity primary key,
  name text not null unique
);

-- A type that a known group begins to read later begins after this position.
create table banyan.bus_group_types (
  group_id integer not null references banyan.bus_groups (id) on delete cascade,
  type text not null,
  begins_after bigint not null,
  primary key (group_id, type)
);

create table banyan.bus_cursors (
  group_id integer not null references banyan.bus_groups (id) on delete cascade,
  partition smallint not null,
  position bigint not null,
  settled_at timestamptz not null default now(),
  primary key (group_id, partition)
) with (fillfactor = 50);
