-- The 21 badges and who has unlocked them. Columns and rows point into the sprite sheet, seven badges wide.

CREATE TABLE IF NOT EXISTS achievements (
  id integer PRIMARY KEY,
  title varchar(255) NOT NULL,
  description text NOT NULL,
  sprite_col integer NOT NULL,
  sprite_row integer NOT NULL,
  created_at timestamp DEFAULT now()
);

CREATE TABLE IF NOT EXISTS user_achievements (
  id serial PRIMARY KEY,
  user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  achievement_id integer NOT NULL REFERENCES achievements (id) ON DELETE CASCADE,
  unlocked_at timestamp DEFAULT now(),
  UNIQUE (user_id, achievement_id)
);

CREATE INDEX IF NOT EXISTS idx_user_achievements_user_id ON user_achievements (user_id);
CREATE INDEX IF NOT EXISTS idx_user_achievements_achievement_id ON user_achievements (achievement_id);
CREATE INDEX IF NOT EXISTS idx_user_achievements_unlocked_at ON user_achievements (unlocked_at);

-- Asked first: an INSERT that changes nothing still needs a table that may be written.
DO $$
BEGIN
  IF (SELECT count(*) FROM achievements WHERE id BETWEEN 1 AND 20 OR id = 50) < 21 THEN
    INSERT INTO achievements (id, title, description, sprite_col, sprite_row) VALUES
      (1, 'First Steps', 'Get your first single choice question right.', 0, 0),
      (2, 'Lucky Guess', 'Get your first multiple choice question right.', 1, 0),
      (3, 'You Did the Thing', 'Type your first right answer.', 2, 0),
      (4, 'Easy Peasy', 'Get every easy question right at least once.', 3, 0),
      (5, 'Redemption Arc', 'Get a question right that you once got wrong.', 4, 0),
      (6, 'Click Clicker', 'Get ten different single choice questions right.', 5, 0),
      (7, 'Brain Overload', 'Get a heap of different multiple choice questions right.', 6, 0),
      (8, 'Keyboard Warrior', 'Type the right answer to ten different questions.', 0, 1),
      (9, 'X Marks the Spot', 'Collect right answers, repeats included.', 1, 1),
      (10, 'Getting There', 'Get every medium question right at least once.', 2, 1),
      (11, 'Clickety Click', 'Get 25 different single choice questions right.', 3, 1),
      (12, 'Choice Champion', 'Go far in multiple choice without repeating yourself.', 4, 1),
      (13, 'Type Master', 'Go far in text questions without repeating yourself.', 5, 1),
      (14, 'Quiz Legend', 'Give one hundred right answers, repeats included.', 6, 1),
      (15, 'Code Wizard', 'Get every code-based question right at least once.', 0, 2),
      (16, 'Book Smarts', 'Get every theoretical question right at least once.', 1, 2),
      (17, 'Single Threat', 'Get every single choice question right at least once.', 2, 2),
      (18, 'Multiple Personality', 'Get every multiple choice question right at least once.', 3, 2),
      (19, 'Type Champion', 'Get every text question right at least once.', 4, 2),
      (20, 'Masochist', 'Get every hard question right at least once.', 5, 2),
      (50, 'NodeJS Ninja', 'Hold three of the badges that take a whole class of questions.', 6, 2)
    ON CONFLICT DO NOTHING;
  END IF;
END;
$$;
