import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { captureBaseline, type Ledger, openLedger, type Outcome, recount, type RecountReport } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, expect, test } from 'vitest';

const sqlFolder = fileURLToPath(new URL('../../recount/', import.meta.url));
const outboxTables = `create schema banyan; create table banyan.outbox (event_id uuid);
  create table banyan.outbox_keys (partition_key text, source text, last_sequence bigint)`;
const schemaFolder = fileURLToPath(new URL('../../../monolith/schema/', import.meta.url));

let folder: string;
let monolith: TestDatabase;
let auth: TestDatabase;
let scratch: TestDatabase;
let ledger: Ledger;
let lastId = 0;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'recount-'));
  [monolith, auth, scratch] = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  for (const name of readdirSync(schemaFolder).sort()) await monolith.query(readFileSync(join(schemaFolder, name), 'utf8'));
  await auth.query(readFileSync(join(schemaFolder, readdirSync(schemaFolder).sort()[0]!), 'utf8'));
  await auth.query(outboxTables);
  await monolith.query(
    `insert into questions (question_type, difficulty, practical, topic, question) values ('text_input', 'easy', false, 't', 'q')`,
  );
  ledger = openLedger(join(folder, 'ledger.jsonl'), { run: 'r' });
  await signIn('ann', 2, 'Ann One');
  await signIn('bob', 3, 'Bob One');
  await monolith.query('insert into user_question_stats (user_id, question_id, correct_count, incorrect_count) values (2, 1, 5, 0)');
  await captureBaseline({ folder, sqlFolder, databases: sides() });
  await signIn('ann', 2, 'Ann Two');
  await record(2, 'done', 'done', 'unknown');
  await Promise.all([monolith, auth].map((side) => side.query(`select setval('users_id_seq', 3)`)));
});

afterEach(async () => {
  await Promise.all([monolith, auth, scratch].map((database) => database.close()));
  rmSync(folder, { recursive: true, force: true });
});

const sides = () => ({ monolith: monolith.url, auth: auth.url });

function write(what: string, facts: object, outcome: Outcome, told: object = {}): void {
  const id = (lastId += 1);
  ledger.write({
    kind: 'asked',
    id,
    run: 'r',
    at: Date.now(),
    actor: 'a',
    group: 'g',
    what,
    method: 'POST',
    path: '/',
    trace: `trace ${id}`,
    facts: { ...facts },
  });
  ledger.write({ kind: 'told', id, run: 'r', at: Date.now(), ms: 1, outcome, ok: true, facts: { ...told } });
}

/** As it should be: asked, told, and the row on both sides. */
async function signIn(googleId: string, userId: number, name: string): Promise<void> {
  write('sign-in', { googleId, name, email: `${googleId}@example.test`, picturePath: `/avatars/${googleId}.svg` }, 'done', { userId });
  const values = [userId, googleId, `${googleId}@example.test`, name, `http://google/avatars/${googleId}.svg`];
  for (const side of [monolith, auth]) {
    const row = `insert into users (id, google_id, email, name, picture, created_at, updated_at) values ($1, $2, $3, $4, $5, '2026-01-01', '2026-01-01')`;
    await side.query(`${row} on conflict (id) do update set name = excluded.name`, values);
    await side.query(`alter table users disable trigger all`);
    await side.query(`update users set updated_at = '2026-01-02', created_at = '2026-01-01'`);
  }
}

async function record(userId: number, ...outcomes: Outcome[]): Promise<void> {
  for (const outcome of outcomes) write('record', { userId, questionId: 1, isCorrect: true }, outcome);
  await monolith.query('update user_question_stats set correct_count = correct_count + $1 where user_id = $2', [
    outcomes.filter((outcome) => outcome === 'done').length,
    userId,
  ]);
}

async function count(): Promise<RecountReport> {
  ledger.close();
  return recount({
    folder,
    sqlFolder,
    ledgerPath: ledger.path,
    databases: sides(),
    scratchUrl: scratch.url,
    facts: { 'owner of users': 'auth' },
  });
}

/** What caught it: `20-sign-ins.sql lost`. */
function caughtBy(report: RecountReport): string[] {
  return [...new Set(report.findings.map(({ file, problem }) => `${file} ${problem}`))].sort();
}

test('nothing is found where nothing is wrong, an unknown answer may be there or not', async () => {
  const report = await count();
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ ok: true, lost: 0, doubled: 0, differing: 0 });
  expect(report.checks.filter(({ counted }) => counted > 0).map(({ check, counted }) => [check, counted])).toEqual([
    ['sign-ins', 3],
    ['answers', 2],
    ['both sides', 3],
    ['references', 1],
  ]);
});

const planted: [fault: string, plant: () => Promise<unknown>, caught: string[]][] = [
  [
    'a lost row: the sign-in never reached the service',
    () => auth.query(`delete from users where google_id = 'bob'`),
    ['20-sign-ins.sql lost', '40-both-sides.sql lost'],
  ],
  [
    'a row lost on both sides',
    () => Promise.all([monolith, auth].map((side) => side.query(`delete from users where google_id = 'bob'`))),
    ['20-sign-ins.sql lost'],
  ],
  [
    'a doubled row: the same person twice',
    () =>
      auth.query(
        `alter table users drop constraint users_google_id_key, drop constraint users_email_key; insert into users (id, google_id, email, name) select 9, google_id, email, name from users where id = 2; select setval('users_id_seq', 9)`,
      ),
    ['20-sign-ins.sql differing', '20-sign-ins.sql doubled', '40-both-sides.sql doubled'],
  ],
  [
    'F10: a sign-in no longer refreshes the name',
    () => Promise.all([monolith, auth].map((side) => side.query(`update users set name = 'Ann One' where id = 2`))),
    ['20-sign-ins.sql differing'],
  ],
  [
    'a changed name on one side',
    () => monolith.query(`update users set name = 'Ann One' where id = 2`),
    ['20-sign-ins.sql differing', '40-both-sides.sql differing'],
  ],
  [
    'F19: a time zone shifts a timestamp',
    () => auth.query(`update users set created_at = created_at + interval '1 hour' where id = 2`),
    ['40-both-sides.sql differing'],
  ],
  ['a lost answer', () => monolith.query('update user_question_stats set correct_count = correct_count - 1'), ['30-answers.sql lost']],
  [
    'F1: counts overwritten instead of added to',
    () => monolith.query('update user_question_stats set correct_count = 1'),
    ['30-answers.sql lost'],
  ],
  [
    'a doubled answer',
    () => monolith.query('update user_question_stats set correct_count = correct_count + 2'),
    ['30-answers.sql doubled'],
  ],
  [
    'F3: the answer went to another user',
    () =>
      monolith.query(
        'insert into user_question_stats (user_id, question_id, correct_count) values (3, 1, 1); update user_question_stats set correct_count = correct_count - 1 where user_id = 2',
      ),
    ['30-answers.sql doubled', '30-answers.sql lost'],
  ],
  [
    'F17: gone back without the reverse stream, answers vanish with their user',
    () => monolith.query('alter table users enable trigger all; delete from users where id = 2'),
    ['20-sign-ins.sql lost', '30-answers.sql lost', '40-both-sides.sql lost'],
  ],
  ['F17: the next insert would collide with an id', () => auth.query(`select setval('users_id_seq', 2)`), ['50-references.sql differing']],
  [
    'F9: somebody on a board whom the service does not know',
    () => monolith.query(`alter table leaderboards disable trigger all; insert into leaderboards values (9, 1, 77, 1, 1, 1, now())`),
    ['50-references.sql lost'],
  ],
];

test.each(planted)('%s', async (_fault, plant, caught) => {
  await plant();
  const report = await count();
  expect(caughtBy(report)).toEqual(caught);
  expect(report.ok).toBe(false);
});

test('an unknown sign-in after the last acknowledged one may have happened, one before it may not', async () => {
  write('sign-in', { googleId: 'ann', name: 'Ann Three', email: 'ann@example.test', picturePath: '/avatars/ann.svg' }, 'unknown');
  for (const side of [monolith, auth]) await side.query(`update users set name = 'Ann Three' where id = 2`);
  write('sign-in', { googleId: 'bob', name: 'Bob Early', email: 'bob@example.test', picturePath: '/avatars/bob.svg' }, 'unknown');
  await signIn('bob', 3, 'Bob Late');
  for (const side of [monolith, auth]) await side.query(`update users set name = 'Bob Early' where id = 3`);
  const report = await count();
  expect(report.findings.map(({ key }) => key)).toEqual(['auth bob', 'monolith bob']);
});

const psql = 'psql';
const psqlIsMissing = spawnSync(psql, ['--version']).error !== undefined;

// Where psql is expected (BANYAN_NO_SKIPS), its absence is a failure.
test.skipIf(psqlIsMissing && process.env['BANYAN_NO_SKIPS'] === undefined)(
  'anyone counts the same with psql and the files that were left',
  async () => {
    await monolith.query('update user_question_stats set correct_count = correct_count - 1');
    const report = await count();
    await using other = await createTestDatabase();
    const files = report.files.flatMap((file) => ['-f', file]);
    const options = ['-X', '-q', '-At', '-d', other.url, '-v', 'ON_ERROR_STOP=1'];
    const output = execFileSync(psql, [...options, ...files], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PGOPTIONS: '-c client_min_messages=warning' },
    });
    expect(output).toContain('answers|user_question_stats|2|1|0|0');
  },
);
