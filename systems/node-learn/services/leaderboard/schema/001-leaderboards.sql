-- The best six of every quiz mode. The columns are those of the monolith's table, so that rows pass both ways unchanged; its foreign keys to
-- users and modes are replaced by user_refs and mode_refs.

create table leaderboards (
  quiz_mode_id integer not null,
  position integer not null check (position between 1 and 6),
  user_id integer not null,
  correct_answers integer not null,
  total_questions integer not null,
  streak integer not null,
  achieved_at timestamp not null,
  primary key (quiz_mode_id, position),
  unique (quiz_mode_id, user_id)
);

create index idx_leaderboards_user_id on leaderboards (user_id);

create function lock_board(in_mode integer) returns setof leaderboards
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('leaderboard.mode', in_mode));
  -- A statement of its own: it sees what those have committed who had the lock before.
  return query select * from leaderboards where quiz_mode_id = in_mode order by position;
end $$;
comment on function lock_board is 'The board by position; until the transaction ends nobody else changes it.';

create function remove_places(in_user integer) returns boolean language plpgsql as $$
begin
  delete from leaderboards where user_id = in_user;
  return true;
exception when read_only_sql_transaction then
  return false;
end $$;
comment on function remove_places is 'False behind the fence of a cutover: another program owns the boards and removes its own.';

-- As the controller makes it when it is first told something: which program owns what an extraction moves. No row: the monolith.
create schema if not exists banyan;
create table if not exists banyan.owners (
  extraction text primary key,
  owner text not null,
  told_at timestamptz not null default now()
);
