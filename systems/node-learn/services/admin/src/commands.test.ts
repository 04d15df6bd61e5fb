/** A command is done once, whoever is killed while it is under way, and the audit names who asked for it. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armCrash } from '@banyan/proof';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type AdminWorld, bearer, startAdminWorld } from './testing/admin-world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const crashFile = join(mkdtempSync(join(tmpdir(), 'admin-crash-')), 'crash');
const preloaded = {
  NODE_OPTIONS: `--import ${import.meta.resolve('@banyan/proof/crash-preload')}`,
  BANYAN_CRASH_FILE: crashFile,
};

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
afterAll(() => world?.stop());

const given = { questionType: 'text_input', practical: false, question: 'Why?', difficulty: 'easy', topic: 'Commands' };

async function edit(method: string, path: string, body?: unknown, traceId: string = randomUUID()): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${world.adminPort}/api/admin/questions${path}`, {
    method,
    headers: {
      authorization: (await bearer({ sub: 2, isAdmin: true })).split(': ')[1] ?? '',
      'x-trace-id': traceId,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  await answer.text();
  return answer.status;
}

async function entriesOf(traceId: string): Promise<unknown[]> {
  const statement = `select question_id::integer as question, action, user_id as "user" from audit_entries where correlation_id = $1 order by question_id`;
  return (await world.databases.admin.query(statement, [traceId])).rows;
}

async function countOf(topic: string): Promise<number> {
  const { rows } = await world.databases.question.query<{ n: number }>('select count(*)::integer as n from questions where topic = $1', [
    topic,
  ]);
  return rows[0]!.n;
}

test('every change is in the audit with who asked for it, once the question service has told it', async () => {
  const traces = [randomUUID(), randomUUID(), randomUUID()];
  expect(await edit('POST', '', given, traces[0])).toBe(201);
  expect(await edit('PUT', '/1', { topic: 'Other' }, traces[1])).toBe(200);
  expect(await edit('DELETE', '/2', undefined, traces[2])).toBe(200);
  const entries = async () => Promise.all(traces.map((trace) => entriesOf(trace)));
  await expect
    .poll(entries, { timeout: 20_000 })
    .toEqual([
      [{ question: 13, action: 'created', user: 2 }],
      [{ question: 1, action: 'updated', user: 2 }],
      [{ question: 2, action: 'deleted', user: 2 }],
    ]);
});

test('what was refused is not in the audit, and nothing is told of it', async () => {
  const [refused, later] = [randomUUID(), randomUUID()];
  expect(await edit('PUT', '/3', { difficulty: 'impossible' }, refused)).toBe(500);
  // Of the same question, so that whatever had been told of the first would be noted before the second.
  expect(await edit('PUT', '/3', { topic: 'After' }, later)).toBe(200);
  await expect.poll(async () => (await entriesOf(later)).length, { timeout: 20_000 }).toBe(1);
  expect(await entriesOf(refused)).toEqual([]);
});

test.each(['question.command.before-commit', 'question.command.before-answer'])(
  'killed at %s the question service is asked again, and the question is there once',
  async (point) => {
    await world.restart('question', preloaded);
    await world.restart('admin');
    const crash = armCrash(crashFile, point);
    const editing = edit('POST', '', { ...given, topic: point });
    expect(await crash.died()).toMatchObject({ point });
    await world.restart('question');
    expect(await editing).toBe(201);
    expect(await countOf(point)).toBe(1);
  },
);

test.each(['admin.command.noted', 'admin.command.before-answer', 'admin.audit.before-commit'])(
  'killed at %s the question is there at most once, and the audit is as the bank',
  async (point) => {
    await world.restart('admin', preloaded);
    const [trace, topic] = [randomUUID(), point];
    const crash = armCrash(crashFile, point);
    const editing = edit('POST', '', { ...given, topic }, trace).catch(() => 'no answer');
    expect(await crash.died()).toMatchObject({ point });
    await editing;
    await world.restart('admin');
    const isThere = (await countOf(topic)) === 1;
    expect(isThere).toBe(point !== 'admin.command.noted');
    await expect.poll(async () => (await entriesOf(trace)).length, { timeout: 20_000 }).toBe(isThere ? 1 : 0);
  },
);

test('flags: refusals say what they are, foreign ids are refused, and the bank is for administrators', async () => {
  await world.restart('question', { FLAGS: 'questions.refuseBodyIds' });
  await world.restart('admin', { FLAGS: 'admin.strictErrors,admin.questionsGuard' });
  expect(await edit('PUT', '/999999', { topic: 'x' })).toBe(404);
  expect(await edit('DELETE', '/999999')).toBe(404);
  expect(await edit('PUT', '/3', { difficulty: 'impossible' })).toBe(400);
  expect(await edit('PUT', '/3', { id: 4 })).toBe(400);
  expect(await edit('POST', '', { ...given, choices: [{ id: 41, choiceText: 'stolen', isGood: true }] })).toBe(400);
  expect(await edit('PUT', '/4', { choices: [{ id: 41, choiceText: 'its own', isGood: true }] })).toBe(200);
  expect((await fetch(`http://127.0.0.1:${world.adminPort}/api/admin/questions`)).status).toBe(401);
});

test('a bank that may not be written now is 503 when the time is over', async () => {
  await world.databases.question.query(`
    create function closed() returns trigger language plpgsql as $$ begin raise exception 'closed' using errcode = '25006'; end $$;
    create trigger closed before update on questions for each row execute function closed()`);
  await world.restart('question');
  await world.restart('admin', { COMMAND_WITHIN_MS: '2000' });
  expect(await edit('PUT', '/3', { topic: 'x' })).toBe(503);
  await world.databases.question.query('drop function closed cascade');
  expect(await edit('PUT', '/3', { topic: 'x' })).toBe(200);
});
