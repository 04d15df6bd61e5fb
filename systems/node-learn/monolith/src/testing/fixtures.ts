/** Questions and users for tests, written straight into the database. */
import type { Pool } from 'pg';

export interface QuestionFixture {
  readonly type?: string;
  readonly difficulty?: string;
  readonly practical?: boolean;
  readonly topic?: string;
  readonly isActive?: boolean;
  readonly answer?: string;
  readonly keywords?: readonly string[];
  readonly good?: number;
  readonly wrong?: number;
}

export async function addQuestion(sql: Pool, fixture: QuestionFixture = {}): Promise<number> {
  const { type = 'single_choice', difficulty = 'easy', practical = false, topic = 'Tests', isActive = true } = fixture;
  const { answer = null, keywords = null, good = 1, wrong = 3 } = fixture;
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO questions (question_type, practical, difficulty, topic, question, answer, match_keywords, is_active)
     VALUES ($1, $2, $3, $4, '<p>Why?</p>', $5, $6, $7) RETURNING id`,
    [type, practical, difficulty, topic, answer, keywords, isActive],
  );
  const id = Number(rows[0]?.id);
  if (type !== 'text_input') {
    await sql.query(
      `INSERT INTO choices (question_id, choice_text, is_good, explanation)
       SELECT $1, 'choice ' || n, n <= $2, CASE WHEN n > $2 THEN 'wrong' END FROM generate_series(1, $3) AS n`,
      [id, good, good + wrong],
    );
  }
  return id;
}

export async function addUser(sql: Pool, name: string, isAdmin = false): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(
    'INSERT INTO users (google_id, email, name, is_admin) VALUES ($1, $2, $1, $3) RETURNING id',
    [name, `${name.replaceAll(' ', '.')}@example.test`, isAdmin],
  );
  return rows[0]?.id ?? 0;
}
