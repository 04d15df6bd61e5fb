-- Right answers whose badges nobody is known to have checked, although their caller has been answered.

create table unchecked_answers (
  answer_event_id uuid primary key,
  user_id integer not null,
  question_id integer not null,
  left_at timestamptz not null default clock_timestamp(),
  asked_at timestamptz,
  asked_owner text
);
comment on table unchecked_answers is
  'Who owns badges is asked to check, once; a row goes when the monolith has, or when achievement tells that it has. Until then the next owner is asked anew.';
comment on column unchecked_answers.asked_at is 'When an instance began to ask; null when none does.';
comment on column unchecked_answers.asked_owner is 'Who has answered, without having told that it knew of this answer.';

create index unchecked_answers_left_at on unchecked_answers (left_at);
