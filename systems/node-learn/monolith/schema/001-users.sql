-- People who have signed in with Google, and the guest that every visitor without a token acts as.

CREATE TABLE IF NOT EXISTS users (
  id serial PRIMARY KEY,
  google_id varchar(255) NOT NULL UNIQUE,
  email varchar(255) NOT NULL UNIQUE,
  name varchar(255) NOT NULL,
  picture text,
  is_admin boolean DEFAULT false,
  created_at timestamp DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp DEFAULT CURRENT_TIMESTAMP
);

CREATE INDEX IF NOT EXISTS idx_users_google_id ON users (google_id);
CREATE INDEX IF NOT EXISTS idx_users_email ON users (email);

CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at = CURRENT_TIMESTAMP;
  RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER users_set_updated_at
  BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- Asked first: an INSERT that changes nothing still needs a table that may be written.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM users WHERE id = 1 OR google_id = 'guest-user' OR email = 'guest@node-learn.local') THEN
    INSERT INTO users (id, google_id, email, name, picture, is_admin)
    VALUES (1, 'guest-user', 'guest@node-learn.local', 'Guest User', NULL, false);
  END IF;
END;
$$;
