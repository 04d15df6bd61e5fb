-- The ten ways to play: each mode is a named filter over the bank.

CREATE TABLE IF NOT EXISTS quiz_modes (
  id integer PRIMARY KEY,
  name varchar(100) NOT NULL,
  description varchar(255),
  filters jsonb,
  created_at timestamp DEFAULT now()
);

-- Asked first: an INSERT that changes nothing still needs a table that may be written.
DO $$
BEGIN
  IF (SELECT count(*) FROM quiz_modes WHERE id BETWEEN 1 AND 10) < 10 THEN
    INSERT INTO quiz_modes (id, name, description, filters) VALUES
      (1, 'Single Choice', 'One right option hides among four.', '{"questionType": "single_choice"}'),
      (2, 'Multiple Choice', 'Tick every right option and no wrong one.', '{"questionType": "multiple_choice"}'),
      (3, 'Text Input', 'No options: type the expected words yourself.', '{"questionType": "text_input"}'),
      (4, 'Easy', 'A gentle start with the basics.', '{"difficulty": "easy"}'),
      (5, 'Medium', 'What a working Node.js developer should know.', '{"difficulty": "medium"}'),
      (6, 'Hard', 'The corners interviewers like best.', '{"difficulty": "hard"}'),
      (7, 'Code-Based', 'Read a piece of code and say what it does.', '{"practical": true}'),
      (8, 'Theoretical', 'Concepts and definitions, no code to read.', '{"practical": false}'),
      (9, 'Random', 'Everything in the bank, in any order.', '{}'),
      (10, 'Missed', 'Another go at the questions you got wrong.', '{}')
    ON CONFLICT DO NOTHING;
  END IF;
END;
$$;
