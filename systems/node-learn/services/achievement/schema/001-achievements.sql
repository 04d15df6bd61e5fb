-- Badges and who has unlocked them. The columns of these two are those of the monolith's tables, so that rows pass both ways unchanged.

create table achievements (
  id integer primary key,
  title varchar(255) not null,
  description text not null,
  sprite_col integer not null,
  sprite_row integer not null,
  created_at timestamp default now()
);

create table user_achievements (
  id serial primary key,
  user_id integer not null,
  achievement_id integer not null references achievements (id) on delete cascade,
  unlocked_at timestamp default now(),
  unique (user_id, achievement_id)
);

create index idx_user_achievements_user_id on user_achievements (user_id);
create index idx_user_achievements_achievement_id on user_achievements (achievement_id);
create index idx_user_achievements_unlocked_at on user_achievements (unlocked_at);

-- What badges depend on and other services own. Only events and snapshots of those services write here.

create table answer_refs (
  user_id integer not null,
  question_id integer not null,
  correct_count integer not null,
  incorrect_count integer not null,
  version bigint not null,
  primary key (user_id, question_id)
);

comment on table answer_refs is 'How often a user got a question right and wrong, as quiz has last told. Its owner is quiz.';
comment on column answer_refs.version is 'The statVersion of the event that told; 0 when it came with a snapshot, before any event.';

create index idx_answer_refs_question_id on answer_refs (question_id);

create table question_refs (
  id bigint primary key,
  question_type text not null,
  difficulty text not null,
  practical boolean not null
);

comment on table question_refs is 'The classes a question counts for, of inactive questions too. Its owner is question.';

create table user_refs (
  id integer primary key
);

comment on table user_refs is 'Who exists, the guest included. Its owner is auth.';

create table stat_epochs (
  user_id integer primary key,
  epoch date not null
);

comment on table stat_epochs is 'The last reset of a user''s results that is known here: told by maintenance, or by the first answer after it.';

create table deleted_refs (
  kind text not null check (kind in ('user', 'question')),
  id bigint not null,
  primary key (kind, id)
);

comment on table deleted_refs is 'What its owner has deleted: answers about it that another service told earlier may still arrive, and change nothing.';

create function badges_owner() returns text
language plpgsql stable as $$
declare
  told text := 'monolith';
  fence record;
begin
  if to_regclass('banyan.owners') is not null then
    select coalesce(max(owner), 'monolith') into told from banyan.owners where extraction = 'achievement';
  end if;
  if to_regclass('banyan.fence') is null then
    return told;
  end if;
  select f.epoch, t.tgenabled <> 'D' as closed into fence
    from banyan.fence f join pg_trigger t on t.tgname = 'banyan_fence' and t.tgrelid = 'public.user_achievements'::regclass
    where f.table_name = 'public.user_achievements';
  if fence.closed then
    return case told when 'achievement' then 'moving' else told end;
  end if;
  -- A fence that a cutover has opened is the earliest sign, and other services may have been told before this one.
  return case when fence.epoch > 0 then 'achievement' else told end;
end $$;

comment on function badges_owner is
  'Who may award badges: monolith, achievement, or nobody for a moment (moving). The controller writes banyan.owners, the cutover the fence.';
