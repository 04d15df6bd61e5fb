/** Writes the data set into a Node-Learn database, table by table. */
import { insertRows } from '@banyan/proof';
import type { Client } from 'pg';
import type { DataSet } from './data-set.ts';
import { tableTypes } from './table-types.ts';

/**
 * Expects the schema with its guest, modes and badge definitions, and an empty bank; throws otherwise. Runs within the caller's transaction, in UTC.
 * With `replace` everything but those is deleted first. The session must own the tables. Answers the rows written, by table.
 */
export async function loadDataSet(client: Client, data: DataSet, { replace = false } = {}): Promise<Record<string, number>> {
  if (replace) await empty(client);
  await refuseFullBank(client);
  return insertAll(client, data);
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

function insert(client: Client, table: keyof typeof tableTypes, rows: readonly object[]): Promise<number> {
  return insertRows(client, table, tableTypes[table], rows);
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
