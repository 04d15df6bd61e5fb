-- What the ticket service knows of the user service's rows: how somebody is shown beside what they did. Who is gone there stays here as deleted, so that a
-- look-up that was under way meanwhile cannot bring them back.

create table people (
  id text primary key,
  email text not null,
  "firstName" text,
  "lastName" text,
  role text not null,
  "isDeleted" boolean not null default false
);
