/** Writes the data set into a Node-Learn database in one transaction, table by table, many rows per statement. */
import type { Client } from 'pg';
import type { DataSet } from './data-set.ts';
import { tableTypes } from './table-types.ts';

const rowsPerStatement = 10_000;

export interface LoadReport {
  /** Rows written, by table. */
  readonly rows: Readonly<Record<string, number>>;
  readonly ms: number;
}

/**
 * Expects the schema with its guest, modes and badge definitions, and an empty bank; throws otherwise and changes nothing.
 * With `replace` everything but those is deleted first. The session must own the tables.
 */
export async function loadDataSet(client: Client, data: DataSet, { replace = false } = {}): Promise<LoadReport> {
  const started = performance.now();
  await client.query('BEGIN');
  try {
    await client.query("SET LOCAL TIME ZONE 'UTC'");
    if (replace) await empty(client);
    await refuseFullBank(client);
    const rows = await insertAll(client, data);
    await client.query('COMMIT');
    await client.query('ANALYZE users, questions, choices, user_question_stats, user_achievements, leaderboards');
    return { rows, ms: performance.now() - started };
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

async function insertAll(client: Client, data: DataSet): Promise<Record<string, number>> {
  // The trigger would date every question to now, choice by choice.
  await client.query('ALTER TABLE choices DISABLE TRIGGER choices_touch_question');
  const rows = {
    users: await insert(client, 'users', data.users),
    questions: await insert(client, 'questions', data.questions),
    choices: await insert(client, 'choices', data.choices),
    user_question_stats: await insert(client, 'user_question_stats', data.stats),
    user_achievements: await insert(client, 'user_achievements', data.userAchievements),
    leaderboards: await insert(client, 'leaderboards', data.leaderboards),
  };
  await client.query('ALTER TABLE choices ENABLE TRIGGER choices_touch_question');
  for (const table of ['users', 'questions', 'choices', 'user_question_stats', 'user_achievements']) await advanceSequence(client, table);
  return rows;
}

async function insert(client: Client, table: keyof typeof tableTypes, rows: readonly object[]): Promise<number> {
  const types = Object.entries(tableTypes[table]);
  const columns = types.map(([column]) => column).join(', ');
  const definitions = types.map(([column, type]) => `${column} ${type}`).join(', ');
  const statement = `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_to_recordset($1::jsonb) AS rows (${definitions})`;
  for (let from = 0; from < rows.length; from += rowsPerStatement) {
    await client.query(statement, [JSON.stringify(rows.slice(from, from + rowsPerStatement))]);
  }
  return rows.length;
}

/** The next id follows the highest one in use. */
async function advanceSequence(client: Client, table: string): Promise<void> {
  await client.query(`SELECT setval(pg_get_serial_sequence($1, 'id'), (SELECT MAX(id) FROM ${table}))`, [table]);
}

async function empty(client: Client): Promise<void> {
  await client.query('TRUNCATE choices, questions, user_question_stats, user_achievements, leaderboards');
  await client.query("DELETE FROM users WHERE google_id <> 'guest-user'");
}

async function refuseFullBank(client: Client): Promise<void> {
  const { rows } = await client.query<{ count: string }>('SELECT COUNT(*) AS count FROM questions');
  const count = rows[0]?.count ?? '0';
  if (count !== '0') throw new Error(`The bank already holds ${count} questions. To replace everything: node dist/seed.js --replace`);
}
