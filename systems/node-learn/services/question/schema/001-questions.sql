-- The question bank: questions and the choices they offer. Columns, types and triggers are the monolith's, so that rows pass unchanged.

create type question_type_enum as enum ('single_choice', 'multiple_choice', 'text_input');
create type difficulty_enum as enum ('easy', 'medium', 'hard');

create table questions (
  id bigserial primary key,
  question_type question_type_enum not null,
  practical boolean not null,
  difficulty difficulty_enum not null,
  topic text not null,
  question text not null,
  answer text,
  quiz text,
  match_keywords text[],
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table choices (
  id bigserial primary key,
  question_id bigint not null references questions (id) on delete cascade,
  choice_text text not null,
  is_good boolean not null default false,
  explanation text
);

create index idx_choices_question_id on choices (question_id);

create function set_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at = current_timestamp;
  return new;
end;
$$;

create trigger questions_set_updated_at before update on questions for each row execute function set_updated_at();

create function touch_question_of_choice() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    update questions set updated_at = now() where id = old.question_id;
  else
    update questions set updated_at = now() where id = new.question_id;
  end if;
  return null;
end;
$$;

create trigger choices_touch_question after insert or update or delete on choices for each row execute function touch_question_of_choice();
