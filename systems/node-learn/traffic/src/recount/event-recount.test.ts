import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { captureBaseline, openLedger, type Outcome, recount, type RecountReport } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

/**
 * A system in which Ann has given three answers in mode 9: one right, one wrong, and one right one that was taken back because badges could not be checked.
 * She stands on its board with what she posted beside the first. Then came a midnight.
 */
const names = ['monolith', 'auth', 'question', 'quiz', 'achievement', 'leaderboard', 'admin', 'maintenance', 'events'] as const;
type Name = (typeof names)[number];

const sqlFolder = fileURLToPath(new URL('../../recount/', import.meta.url));
const schemaFolder = fileURLToPath(new URL('../../../monolith/schema/', import.meta.url));

let databases: Record<Name, TestDatabase>;
let folder: string;

/** The columns that are counted, as text: what is read is text anyway. */
const tables: Record<Exclude<Name, 'monolith'>, readonly string[]> = {
  auth: ['users', 'banyan.outbox', 'banyan.outbox_keys'],
  question: ['questions', 'choices', 'banyan.outbox', 'banyan.outbox_keys'],
  quiz: [
    'user_question_stats',
    'quiz_modes',
    'user_refs',
    'question_refs',
    'unchecked_answers',
    'banyan.outbox',
    'banyan.outbox_keys',
    'banyan.inbox',
    'banyan.sagas',
    'banyan.saga_steps',
  ],
  achievement: [
    'achievements',
    'user_achievements',
    'answer_refs',
    'user_refs',
    'question_refs',
    'banyan.outbox',
    'banyan.outbox_keys',
    'banyan.inbox',
  ],
  leaderboard: ['leaderboards', 'user_refs', 'mode_refs', 'mode_scores', 'banyan.outbox', 'banyan.outbox_keys', 'banyan.inbox'],
  admin: ['audit_entries', 'banyan.inbox'],
  maintenance: ['maintenance_runs', 'banyan.outbox', 'banyan.outbox_keys'],
  events: ['banyan.events', 'banyan.bus_groups', 'banyan.bus_group_types'],
};

const columns: Readonly<Record<string, string>> = {
  user_refs: 'id, is_deleted, name',
  mode_refs: 'id',
  mode_scores: 'user_id, quiz_mode_id, correct_answers, total_questions',
  question_refs: 'id, is_deleted, question, topic, difficulty, question_type, practical',
  answer_refs: 'user_id, question_id, correct_count, incorrect_count',
  unchecked_answers: 'answer_event_id, asked_owner',
  audit_entries: 'event_id, question_id, action',
  maintenance_runs: 'job, scheduled_for, finished_at',
  'banyan.outbox': 'event_id',
  'banyan.outbox_keys': 'partition_key, source, last_sequence',
  'banyan.inbox': 'consumer_group, generation, event_id, status, noted_at',
  'banyan.sagas': 'id, name, key, state, input, correlation_id, started_at, ended_at, marks, reason',
  'banyan.saga_steps': 'saga, number, kind, step, content',
  'banyan.events': 'position, id, type, payload, correlation_id, aggregate_id, service_id, version',
  'banyan.bus_groups': 'id, name',
  'banyan.bus_group_types': 'group_id, type, begins_after',
};

beforeAll(async () => {
  const made = await Promise.all(names.map(async (name) => [name, await createTestDatabase()] as const));
  databases = Object.fromEntries(made) as typeof databases;
  const schema = readdirSync(schemaFolder)
    .sort()
    .map((name) => readFileSync(join(schemaFolder, name), 'utf8'));
  for (const file of schema) await databases.monolith.query(file);
  for (const [name, own] of Object.entries(tables)) {
    const database = databases[name as Name];
    // What moves looks as it does in the monolith.
    for (const file of schema) await database.query(file);
    await database.query('create schema banyan');
    for (const table of own.filter((it) => columns[it] !== undefined))
      await database.query(
        `create table ${table} (${columns[table]!.split(', ')
          .map((column) => `${column} text`)
          .join(', ')})`,
      );
  }
}, 120_000);

afterAll(async () => {
  await Promise.all(Object.values(databases).map((database) => database.close()));
});

const sql = (name: Name, text: string) => databases[name].query(text);
const inAll = (wanted: readonly Name[], text: string) => Promise.all(wanted.map((name) => sql(name, text)));

const ann =
  "insert into users (id, google_id, email, name, picture, created_at, updated_at) values (2, 'ann', 'ann@example.test', 'Ann', 'http://g/ann.svg', '2026-01-01', '2026-01-01')";
const question =
  "insert into questions (id, question_type, difficulty, practical, topic, question, created_at, updated_at) values (1, 'text_input', 'easy', false, 't', 'q', '2026-01-01', '2026-01-01')";
const mode = "insert into quiz_modes (id, name, description, filters, created_at) values (9, 'Random', '', '{}', '2026-01-01')";
const place = "insert into leaderboards values (9, 1, 2, 1, 1, 1, '2026-01-01')";
const stats = 'insert into user_question_stats (id, user_id, question_id, correct_count, incorrect_count) values (1, 2, 1, 1, 1)';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'event-recount-'));
  for (const name of names) {
    const { rows } = await databases[name].query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'banyan')",
    );
    await sql(name, `set session_replication_role = replica; truncate ${rows.map((row) => row.name).join(', ')} cascade`);
  }
  const everywhere = (name: Name) => captureBaseline({ folder, sqlFolder, databases: { [name]: databases[name].url } });
  await everywhere('monolith');
  await inAll(['monolith', 'auth'], `${ann}; select setval('users_id_seq', 2)`);
  await inAll(['monolith', 'question'], question);
  await inAll(['monolith', 'quiz'], stats);
  await inAll(['quiz', 'achievement', 'leaderboard'], "insert into user_refs values ('2', 'false', 'Ann')");
  await inAll(['monolith', 'quiz'], mode);
  await inAll(['monolith', 'leaderboard'], place);
  await sql('leaderboard', "insert into mode_refs values ('9'); insert into mode_scores values ('2', '9', '1', '2')");
  await inAll(['quiz', 'achievement'], "insert into question_refs values ('1', 'false', 'q', 't', 'easy', 'text_input', 'false')");
  await sql('achievement', "insert into answer_refs values ('2', '1', '1', '1')");
  await sql(
    'events',
    `insert into banyan.bus_groups values ('1', 'quiz'), ('2', 'achievement'), ('3', 'leaderboard'), ('4', 'admin');
    insert into banyan.bus_group_types values ('1', 'achievement.checked', '0'), ('1', 'achievement.check_failed', '0'), ('2', 'answer.submitted', '0'),
      ('3', 'answer.submitted', '0'), ('3', 'answer.rolled_back', '0'), ('4', 'question.updated', '0');
    insert into banyan.events values
      (0, 'f1', 'user.created', '{"userId":"2"}', 's1', '2', 'auth', 1),
      (1, 'e1', 'user.authenticated', '{"userId":"2"}', 's1', '2', 'auth', 2),
      (2, 'a1', 'answer.submitted', '{"userId":"2","questionId":"1","isCorrect":true,"quizModeId":"9"}', 't1', '2', 'quiz', 1),
      (3, 'b1', 'achievement.earned', '{"userId":"2","achievementId":"1"}', 't1', '2', 'achievement', 1),
      (4, 'c1', 'achievement.checked', '{"answerEventId":"a1"}', 't1', '2', 'achievement', 2),
      (5, 'a2', 'answer.submitted', '{"userId":"2","questionId":"1","isCorrect":false,"quizModeId":"9"}', 't2', '2', 'quiz', 2),
      (6, 'c2', 'achievement.checked', '{"answerEventId":"a2"}', 't2', '2', 'achievement', 3),
      (7, 'a3', 'answer.submitted', '{"userId":"2","questionId":"1","isCorrect":true,"quizModeId":"9"}', 't3', '2', 'quiz', 3),
      (8, 'c3', 'achievement.check_failed', '{"answerEventId":"a3"}', 't3', '2', 'achievement', 4),
      (9, 'a4', 'answer.rolled_back', '{"answerEventId":"a3"}', 't3', '2', 'quiz', 4),
      (10, 'p1', 'leaderboard.entry.updated', '{"userId":"2","correctAnswers":1,"totalQuestions":1,"streak":1}', 'p1', '9', 'leaderboard', 1),
      (11, 'q1', 'question.updated', '{"questionId":"1"}', 'q1', '1', 'question', 1),
      (12, 'n1', 'user.stats.reset', '{"userId":"1","scheduledFor":"2026-01-02"}', 'n1', '1', 'maintenance', 1)`,
  );
  await sql(
    'maintenance',
    "insert into maintenance_runs values ('guest-reset', '2026-01-02', 'then'), ('reconciliation', '2026-01-02', null)",
  );
  await sql('auth', "insert into banyan.outbox_keys values ('2', 'auth', '2')");
  await sql('maintenance', "insert into banyan.outbox_keys values ('1', 'maintenance', '1')");
  await sql('question', "insert into banyan.outbox_keys values ('1', 'question', '1')");
  await sql('quiz', "insert into banyan.outbox_keys values ('2', 'quiz', '4')");
  await sql('achievement', "insert into banyan.outbox_keys values ('2', 'achievement', '4')");
  await sql('leaderboard', "insert into banyan.outbox_keys values ('9', 'leaderboard', '1')");
  const heard = (group: string, ids: string[]) =>
    `insert into banyan.inbox values ${ids.map((id, index) => `('${group}', '0', '${id}', 'handled', '2026-01-01 00:00:0${index}')`).join(', ')}`;
  await sql('quiz', heard('quiz', ['c1', 'c2', 'c3']));
  await sql('achievement', heard('achievement', ['a1', 'a2', 'a3']));
  await sql('leaderboard', heard('leaderboard', ['a1', 'a2', 'a3', 'a4']));
  await sql('admin', heard('admin', ['q1']));
  await sql('admin', "insert into audit_entries values ('q1', '1', 'updated')");
  const saga = (number: number, state: string, isCorrect: boolean) =>
    `insert into banyan.sagas values ('g${number}', 'answer-submission', 'k', '${state}', '{"isCorrect":${isCorrect}}', 't${number}', '2026-01-01 00:00:00', '2026-01-01 00:00:00.1', '{}', null);
     insert into banyan.saga_steps values ('g${number}', '1', 'done', 'record', '{"result":{"answerEventId":"a${number}","badgeOwner":"achievement"}}')`;
  await sql('quiz', [saga(1, 'completed', true), saga(2, 'completed', false), saga(3, 'compensated', true)].join(';'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function count(facts: Readonly<Record<string, string>> = {}): Promise<RecountReport> {
  await using scratch = await createTestDatabase();
  rmSync(join(folder, 'ledger.jsonl'), { force: true });
  const ledger = openLedger(join(folder, 'ledger.jsonl'), { run: 'r' });
  let id = 0;
  const write = (what: string, trace: string, asked: object, outcome: Outcome, told = {}) => {
    id += 1;
    ledger.write({
      kind: 'asked',
      id,
      run: 'r',
      at: 1_000,
      actor: 'a',
      group: 'g',
      what,
      method: 'POST',
      path: '/',
      trace,
      facts: { ...asked },
    });
    ledger.write({ kind: 'told', id, run: 'r', at: 2_000, ms: 1, outcome, ok: true, facts: told });
  };
  write('sign-in', 's1', { googleId: 'ann', name: 'Ann', email: 'ann@example.test', picturePath: '/ann.svg' }, 'done', { userId: 2 });
  write('record', 't1', { userId: 2, questionId: 1, isCorrect: true }, 'done');
  write('record', 't2', { userId: 2, questionId: 1, isCorrect: false }, 'done');
  write('record', 't3', { userId: 2, questionId: 1, isCorrect: true }, 'unknown');
  write('board post', 'p1', { modeId: 9, userId: 2, correctAnswers: 1, totalQuestions: 1, streak: 1 }, 'done');
  ledger.close();
  const urls = Object.fromEntries(names.map((name) => [name, databases[name].url]));
  const always = {
    'owned by quiz': '[[0, 9007199254740991]]',
    'owned by auth': '[[0, 9007199254740991]]',
    'measured calm': '[0, 9007199254740991]',
  };
  return await recount({
    folder,
    sqlFolder,
    ledgerPath: ledger.path,
    databases: urls,
    scratchUrl: scratch.url,
    facts: { ...always, ...facts },
  });
}

function caughtBy(report: RecountReport): string[] {
  return [...new Set(report.findings.map(({ file, problem }) => `${file} ${problem}`))].sort();
}

test('nothing is found where nothing is wrong, and everything was counted', async () => {
  const report = await count();
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ ok: true, lost: 0, doubled: 0, differing: 0 });
  expect(Object.fromEntries(report.checks.map(({ check, table, counted }) => [`${check} ${table}`, counted]))).toMatchObject({
    'events events': 13,
    'effects inbox': 11,
    'answers told answer.submitted': 3,
    'sign-ins told user.*': 1,
    'checks told achievement.checked': 3,
    'badges told achievement.earned': 1,
    'sagas sagas': 3,
    'both sides user_question_stats': 1,
    'copies achievement.answer_refs': 1,
    'copies quiz.user_refs': 1,
    'copies leaderboard.user_refs': 1,
    'copies leaderboard.mode_refs': 1,
    'both sides leaderboards': 1,
    'places told leaderboard.entry.updated': 1,
    'scores mode_scores': 2,
    'resets maintenance_runs': 1,
    'audit audit_entries': 1,
  });
  expect(report.figures).toMatchObject({ 'sagas total': 3, 'sagas completed': 2, 'sagas compensated': 1, 'sagas needing an operator': 0 });
  expect(report.figures['saga p99 calm']).toBeCloseTo(100);
});

const planted: [fault: string, plant: () => Promise<unknown>, caught: string[]][] = [
  [
    'F12: an event that was published before its commit, or not at all: numbered, and not in the log',
    () => sql('events', "delete from banyan.events where id = 'a2'"),
    ['60-events.sql lost', '64-told.sql lost', '68-scores.sql doubled', '70-sagas.sql lost'],
  ],
  [
    'the last event of a key never left its outbox',
    () => sql('events', "delete from banyan.events where id = 'a4'"),
    ['60-events.sql lost', '68-scores.sql lost', '70-sagas.sql doubled'],
  ],
  [
    'events of a key in another order than they were numbered',
    () => sql('events', "update banyan.events set position = 20 where id = 'b1'"),
    ['60-events.sql differing'],
  ],
  [
    'an event that a subscriber never handled',
    () => sql('achievement', "delete from banyan.inbox where event_id = 'a2'"),
    ['62-effects.sql lost'],
  ],
  [
    'an event that is still set aside',
    () => sql('quiz', "update banyan.inbox set status = 'set-aside' where event_id = 'c2'"),
    ['62-effects.sql lost'],
  ],
  [
    'a later event of a key that was handled first',
    () => sql('achievement', "update banyan.inbox set noted_at = '2026-01-01 00:00:09' where event_id = 'a1'"),
    ['62-effects.sql differing'],
  ],
  [
    'F13: two replicas handle one event, so its answer is told twice',
    () =>
      sql(
        'events',
        `insert into banyan.events values (21, 'c9', 'achievement.checked', '{"answerEventId":"a1"}', 't1', '2', 'achievement', 5)`,
      ),
    ['62-effects.sql lost', '64-told.sql doubled'],
  ],
  [
    'a badge that is given twice',
    () =>
      sql(
        'events',
        `insert into banyan.events values (22, 'b9', 'achievement.earned', '{"userId":"2","achievementId":"1"}', 't1', '2', 'achievement', 5)`,
      ),
    ['64-told.sql doubled'],
  ],
  [
    'F10: a sign-in that is told twice',
    () => sql('events', `insert into banyan.events values (23, 'f9', 'user.authenticated', '{"userId":"2"}', 's1', '2', 'auth', 3)`),
    ['64-told.sql doubled'],
  ],
  [
    'a sign-in that nobody was told of',
    () => sql('events', "delete from banyan.events where id in ('e1', 'f1')"),
    ['60-events.sql lost', '64-told.sql lost'],
  ],
  [
    'an answer of somebody else is told',
    () =>
      sql(
        'events',
        `update banyan.events set payload = '{"userId":"3","questionId":"1","isCorrect":true,"quizModeId":null}' where id = 'a1'`,
      ),
    ['64-told.sql differing', '68-scores.sql doubled'],
  ],
  [
    'an answer that nobody gave',
    () => sql('events', "update banyan.events set correlation_id = 'nobody' where id = 'a2'"),
    ['64-told.sql doubled', '64-told.sql lost'],
  ],
  [
    "F18: a night in which the guest's reset only looked done",
    () => sql('maintenance', "insert into maintenance_runs values ('guest-reset', '2026-01-03', 'then')"),
    ['67-resets.sql lost'],
  ],
  [
    'F18: a reset that was run twice',
    () =>
      sql(
        'events',
        `insert into banyan.events values (13, 'n2', 'user.stats.reset', '{"userId":"1","scheduledFor":"2026-01-02"}', 'n2', '1', 'maintenance', 2)`,
      ),
    ['67-resets.sql doubled'],
  ],
  [
    'a reset that nobody was to make',
    () => sql('maintenance', "delete from maintenance_runs where job = 'guest-reset'"),
    ['67-resets.sql doubled'],
  ],
  [
    'a night that was claimed and never finished',
    () => sql('maintenance', "insert into maintenance_runs values ('guest-reset', '2026-01-03', null)"),
    ['67-resets.sql lost'],
  ],
  ['a change of the bank that is not in the audit', () => sql('admin', 'delete from audit_entries'), ['72-audit.sql lost']],
  [
    'an entry of the audit for a change that nobody told',
    () => sql('admin', "insert into audit_entries values ('q9', '1', 'deleted')"),
    ['72-audit.sql doubled'],
  ],
  [
    'an entry of the audit that says something else',
    () => sql('admin', "update audit_entries set action = 'deleted'"),
    ['72-audit.sql differing'],
  ],
  ['a saga that never ended', () => sql('quiz', "update banyan.sagas set state = 'running' where id = 'g2'"), ['70-sagas.sql lost']],
  [
    'a half-done saga: undone without taking the answer back',
    () => sql('quiz', "update banyan.sagas set state = 'compensated' where id = 'g2'"),
    ['70-sagas.sql doubled', '70-sagas.sql lost'],
  ],
  [
    'F14: nobody answers the one who waits, so badges of a right answer are never checked',
    () => sql('events', "delete from banyan.events where id = 'c1'"),
    ['60-events.sql lost', '70-sagas.sql lost'],
  ],
  [
    'F6: a copy that lacks what was there before the move',
    () => sql('achievement', 'delete from answer_refs'),
    ['80-copies.sql differing'],
  ],
  [
    'F8: a copy to which an answer was added twice',
    () => sql('achievement', "update answer_refs set correct_count = '2'"),
    ['80-copies.sql differing'],
  ],
  [
    'F15: an undo that takes back what another answer had added',
    () => inAll(['monolith', 'quiz'], 'update user_question_stats set correct_count = 0'),
    ['30-answers.sql lost', '80-copies.sql differing'],
  ],
  [
    'a name that a login has changed and a copy has not',
    () => sql('leaderboard', "update user_refs set name = 'Anna'"),
    ['80-copies.sql differing'],
  ],
  ['F9: a copy that lacks a user', () => sql('leaderboard', 'delete from user_refs'), ['80-copies.sql differing']],
  ['a mode that a copy has not heard of', () => sql('leaderboard', 'delete from mode_refs'), ['80-copies.sql differing']],
  [
    'a place that stands on one side only',
    () => sql('leaderboard', 'update leaderboards set correct_answers = 2'),
    ['45-moved-tables.sql differing'],
  ],
  [
    'a place that is told twice',
    () =>
      sql(
        'events',
        `insert into banyan.events select '24', 'p9', type, payload, correlation_id, aggregate_id, service_id, '2' from banyan.events where id = 'p1'`,
      ),
    ['66-boards.sql doubled'],
  ],
  [
    'a place that nobody has posted for',
    () => sql('events', "update banyan.events set correlation_id = 'nobody' where id = 'p1'"),
    ['66-boards.sql doubled'],
  ],
  [
    'a place that is told otherwise than it was posted',
    () =>
      sql('events', `update banyan.events set payload = '{"userId":"2","correctAnswers":2,"totalQuestions":1,"streak":1}' where id = 'p1'`),
    ['66-boards.sql differing'],
  ],
  [
    'an event of a board that never left its outbox',
    () => sql('events', "delete from banyan.events where id = 'p1'"),
    ['60-events.sql lost'],
  ],
  ['F13: an answer that scores twice', () => sql('leaderboard', "update mode_scores set total_questions = '3'"), ['68-scores.sql doubled']],
  ['an answer that does not score', () => sql('leaderboard', 'delete from mode_scores'), ['68-scores.sql lost']],
  [
    'a right answer that scores as a wrong one',
    () => sql('leaderboard', "update mode_scores set correct_answers = '0'"),
    ['68-scores.sql differing'],
  ],
  [
    'F1: results overwritten on the side of the service',
    () => sql('quiz', 'update user_question_stats set incorrect_count = 0'),
    ['45-moved-tables.sql differing'],
  ],
];

test.each(planted)('%s', async (_fault, plant, caught) => {
  await plant();
  const report = await count();
  expect(caughtBy(report)).toEqual(caught);
  expect(report.ok).toBe(false);
});

test('what a lost service had handled before is not asked for: its inbox went with its database', async () => {
  await sql('achievement', 'truncate banyan.inbox');
  expect(caughtBy(await count())).toEqual(['62-effects.sql lost']);
  expect(caughtBy(await count({ 'wiped achievement': '7' }))).toEqual([]);
});
