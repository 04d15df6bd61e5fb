-- People and their reset tokens. The columns are those of the monolith's tables, so that rows pass both ways unchanged; times are UTC.

create type "UserRole" as enum ('AGENT', 'ADMIN');

create table users (
  id text primary key,
  email text not null,
  password text not null,
  "firstName" text,
  "lastName" text,
  "createdAt" timestamp(3) not null default current_timestamp,
  "updatedAt" timestamp(3) not null,
  role "UserRole" not null default 'AGENT'
);

create unique index users_email_key on users (email);

create table password_reset_tokens (
  id text primary key,
  "userId" text not null references users (id) on delete cascade on update cascade,
  "tokenHash" text not null,
  "expiresAt" timestamp(3) not null,
  used boolean not null default false,
  "createdAt" timestamp(3) not null default current_timestamp
);

create unique index "password_reset_tokens_tokenHash_key" on password_reset_tokens ("tokenHash");
create index "password_reset_tokens_userId_idx" on password_reset_tokens ("userId");

-- Finds a token without trying it against the hashes of all. A table of its own, because the monolith's has no such column, and without a reference to it,
-- because rows that flow may be emptied and filled again.
create table reset_token_digests (
  "tokenId" text primary key,
  digest bytea not null unique
);
