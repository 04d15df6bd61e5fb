-- The question bank: questions and the choices they offer.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'question_type_enum' AND typnamespace = 'public'::regnamespace) THEN
    CREATE TYPE question_type_enum AS ENUM ('single_choice', 'multiple_choice', 'text_input');
  END IF;
  IF NOT EXISTS (SELECT FROM pg_type WHERE typname = 'difficulty_enum' AND typnamespace = 'public'::regnamespace) THEN
    CREATE TYPE difficulty_enum AS ENUM ('easy', 'medium', 'hard');
  END IF;
END;
$$;

CREATE TABLE IF NOT EXISTS questions (
  id bigserial PRIMARY KEY,
  question_type question_type_enum NOT NULL,
  practical boolean NOT NULL,
  difficulty difficulty_enum NOT NULL,
  topic text NOT NULL,
  question text NOT NULL,
  answer text,
  quiz text,
  match_keywords text[],
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS choices (
  id bigserial PRIMARY KEY,
  question_id bigint NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
  choice_text text NOT NULL,
  is_good boolean NOT NULL DEFAULT false,
  explanation text
);

CREATE INDEX IF NOT EXISTS idx_choices_question_id ON choices (question_id);

CREATE OR REPLACE TRIGGER questions_set_updated_at
  BEFORE UPDATE ON questions FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE OR REPLACE FUNCTION touch_question_of_choice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    UPDATE questions SET updated_at = now() WHERE id = OLD.question_id;
  ELSE
    UPDATE questions SET updated_at = now() WHERE id = NEW.question_id;
  END IF;
  RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER choices_touch_question
  AFTER INSERT OR UPDATE OR DELETE ON choices FOR EACH ROW EXECUTE FUNCTION touch_question_of_choice();
