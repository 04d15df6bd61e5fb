-- What answers score by themselves, beside the runs that are posted: right ones in a row, right ones and all, per user and mode.

create table mode_scores (
  user_id integer not null,
  quiz_mode_id integer not null,
  correct_answers integer not null default 0,
  total_questions integer not null default 0,
  streak integer not null default 0,
  bonus_points integer not null default 0,
  scored_at timestamptz not null default now(),
  primary key (user_id, quiz_mode_id)
);
comment on column mode_scores.streak is 'Right choice answers in a row; a wrong one ends it, and answers in text do not change it.';
comment on column mode_scores.bonus_points is 'For badges that answers in this mode have brought, while flag leaderboard.badgeBonus is on.';

create index idx_mode_scores_best on mode_scores (quiz_mode_id, (correct_answers + bonus_points) desc, streak desc);

create table scored_answers (
  answer_event_id uuid primary key,
  user_id integer not null,
  quiz_mode_id integer not null,
  is_correct boolean not null,
  streak_before integer not null,
  place bigserial not null,
  scored_at timestamptz not null default now()
);
comment on table scored_answers is 'What each answer of the last hour has added: quiz may still take it back, and badges may still follow from it.';

create index idx_scored_answers_user_id on scored_answers (user_id, place);
