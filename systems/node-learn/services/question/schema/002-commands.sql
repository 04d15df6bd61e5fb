-- Changes asked for by another service, by the key of the command: one that is sent again is not done again.

create table commands (
  key uuid primary key,
  answer jsonb,
  done_at timestamptz not null default now()
);

create index idx_commands_done_at on commands (done_at);
