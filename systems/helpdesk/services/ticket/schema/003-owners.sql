-- As the controller makes it when it is first told something: which program owns what an extraction moves. No row: the monolith.
create schema if not exists banyan;
create table if not exists banyan.owners (
  extraction text primary key,
  owner text not null,
  told_at timestamptz not null default now()
);
