-- What quiz knows of other services' rows. A row that is gone there stays here as deleted, so that a look-up that was under way meanwhile
-- cannot bring it back.

create table user_refs (
  id bigint primary key,
  is_deleted boolean not null default false,
  stats_epoch date
);
comment on column user_refs.stats_epoch is 'The last reset that quiz has applied to the results of this user.';

create table question_refs (
  id bigint primary key,
  is_deleted boolean not null default false,
  question text not null,
  topic text not null,
  difficulty text not null,
  question_type text not null,
  practical boolean not null
);

create sequence stat_versions;
comment on sequence stat_versions is 'Numbers the changes of results, so that whoever keeps a copy knows the newer one; it goes on rising across resets.';

create function remove_results(in_user integer, in_question integer) returns boolean language plpgsql as $$
begin
  delete from user_question_stats where user_id = coalesce(in_user, user_id) and question_id = coalesce(in_question, question_id);
  return true;
exception when read_only_sql_transaction then
  return false;
end $$;
comment on function remove_results is 'False behind the fence of a cutover: another program owns the results and removes its own.';

-- As the controller makes it when it is first told something: which program owns what an extraction moves. No row: the monolith.
create schema if not exists banyan;
create table if not exists banyan.owners (
  extraction text primary key,
  owner text not null,
  told_at timestamptz not null default now()
);
