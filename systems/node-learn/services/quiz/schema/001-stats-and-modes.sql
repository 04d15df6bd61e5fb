-- What quiz owns. The columns are those of the monolith's tables, so that rows pass both ways unchanged; the foreign keys to users and
-- questions are replaced by user_refs and question_refs.

create table user_question_stats (
  id serial primary key,
  user_id integer not null,
  question_id integer not null,
  correct_count integer default 0,
  incorrect_count integer default 0,
  unique (user_id, question_id)
);

create index idx_user_question_stats_user_id on user_question_stats (user_id);
create index idx_user_question_stats_question_id on user_question_stats (question_id);

create table quiz_modes (
  id integer primary key,
  name varchar(100) not null,
  description varchar(255),
  filters jsonb,
  created_at timestamp default now()
);
