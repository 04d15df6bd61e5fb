-- The queue of mails. The columns are those of the monolith's table, so that rows pass both ways unchanged; times are UTC.
create table email_outbox (
  id text primary key,
  "to" text not null,
  subject text not null,
  body text not null,
  sent boolean not null default false,
  "sentAt" timestamp(3),
  error text,
  attempts integer not null default 0,
  "createdAt" timestamp(3) not null default current_timestamp,
  "updatedAt" timestamp(3) not null
);
create index email_outbox_sent_idx on email_outbox (sent);

-- When a mail that was refused is tried again. A table of its own, because the monolith's has no such columns, and without a reference to it, because rows
-- that flow may be emptied and filled again. No row: now.
create table mail_retries (
  mail_id text primary key,
  due_at timestamptz not null,
  gave_up_at timestamptz
);
comment on column mail_retries.gave_up_at is 'Nobody tries any more; an operator may delete the row, and it is tried again.';

-- As the controller makes it when it is first told something: which program owns what an extraction moves. No row: the monolith.
create schema if not exists banyan;
create table if not exists banyan.owners (
  extraction text primary key,
  owner text not null,
  told_at timestamptz not null default now()
);
