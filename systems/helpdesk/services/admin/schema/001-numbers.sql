-- The numbers of the dashboard as they were last told, for all instances: events reach one of them. `changes` counts what has happened to tickets since the
-- beginning; numbers that were asked for before the last change are those of before it.

create table dashboard_numbers (
  is_only boolean primary key default true check (is_only),
  changes bigint not null default 0,
  numbers json,
  asked_after bigint,
  taken_at timestamptz
);

insert into dashboard_numbers default values;
