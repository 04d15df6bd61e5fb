-- Which job ran for which night, and what came of it. One row is one run, however many processes there are.

create table maintenance_runs (
  job text not null,
  scheduled_for date not null,
  attempt integer not null default 1,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  outcome text,
  primary key (job, scheduled_for)
);
comment on column maintenance_runs.attempt is 'Rises when another process takes over from one that died: what an earlier attempt still does counts no more.';
comment on column maintenance_runs.finished_at is
  'Null while it is under way. To have a job done again for that night: update maintenance_runs set finished_at = null, started_at = ''-infinity''.';

create table reconciliations (
  scheduled_for date not null,
  copy text not null,
  compared_at timestamptz not null default clock_timestamp(),
  checked integer not null,
  differing integer not null,
  samples jsonb not null,
  primary key (scheduled_for, copy)
);
comment on table reconciliations is 'What services keep of each other, compared with its owners: keys, and how many of them differ. The last comparison of each night.';
comment on column reconciliations.samples is 'The first 20 keys that differ, and in what; no values.';
