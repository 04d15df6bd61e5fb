-- The best six of every quiz mode.

CREATE TABLE IF NOT EXISTS leaderboards (
  quiz_mode_id integer NOT NULL REFERENCES quiz_modes (id),
  position integer NOT NULL CHECK (position BETWEEN 1 AND 6),
  user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  correct_answers integer NOT NULL,
  total_questions integer NOT NULL,
  streak integer NOT NULL,
  achieved_at timestamp NOT NULL,
  PRIMARY KEY (quiz_mode_id, position),
  UNIQUE (quiz_mode_id, user_id)
);
