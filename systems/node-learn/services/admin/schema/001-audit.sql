-- Who has asked for which change of the bank, and what came of it.

-- Noted before the question service is asked; the event that follows carries the same correlation id.
create table commands (
  key uuid primary key,
  correlation_id text not null,
  action text not null check (action in ('created', 'updated', 'deleted')),
  question_id bigint,
  user_id integer not null,
  asked_at timestamptz not null default now()
);

create index idx_commands_correlation_id on commands (correlation_id);

-- One for each event of a question. Nobody is named where the change came from elsewhere: from the monolith, or with another's.
create table audit_entries (
  event_id uuid primary key,
  question_id bigint not null,
  action text not null check (action in ('created', 'updated', 'deleted')),
  user_id integer,
  correlation_id text not null,
  happened_at timestamptz not null,
  noted_at timestamptz not null default now()
);

create index idx_audit_entries_question_id on audit_entries (question_id);
