-- How often each user got each question right and wrong.

CREATE TABLE IF NOT EXISTS user_question_stats (
  id serial PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  question_id integer NOT NULL REFERENCES questions (id) ON DELETE CASCADE,
  correct_count integer DEFAULT 0,
  incorrect_count integer DEFAULT 0,
  UNIQUE (user_id, question_id)
);

CREATE INDEX IF NOT EXISTS idx_user_question_stats_user_id ON user_question_stats (user_id);
CREATE INDEX IF NOT EXISTS idx_user_question_stats_question_id ON user_question_stats (question_id);
