import { findProblems } from '@banyan/contract';
import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import { listAdminQuestions, listUsers } from '@node-learn/contracts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type AdminWorld, bearer, startAdminWorld } from './testing/admin-world.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

let world: AdminWorld;
let admin: string;
let somebody: string;
beforeAll(async () => {
  world = await startAdminWorld();
  [admin, somebody] = [await bearer({ sub: 2, isAdmin: true }), await bearer({ sub: 3 })];
});
afterAll(() => world?.stop());

const root = '/api/admin/questions';

async function expectSame(request: RawRequest, status: number): Promise<string> {
  const [monolith = '', service = ''] = await Promise.all([world.monolith.port, world.adminPort].map((port) => exchangeRaw(port, request)));
  expect(service).toBe(monolith);
  expect(service).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  return service;
}

/** The tables of both sides but for times, which no two programs share. */
async function expectSameRows(): Promise<void> {
  const rows = async (side: 'monolith' | 'question') => {
    const questions = await world.databases[side].query(
      `select to_jsonb(q) - 'created_at' - 'updated_at' as row from questions q order by id`,
    );
    const choices = await world.databases[side].query('select * from choices order by id');
    return [questions.rows, choices.rows];
  };
  expect(await rows('question')).toEqual(await rows('monolith'));
}

function sending(method: string, path: string, body: unknown, ...headers: readonly string[]): RawRequest {
  return { method, path, headers: ['Content-Type: application/json', ...headers], body: JSON.stringify(body) };
}

const given = {
  questionType: 'single_choice',
  practical: false,
  question: '<p>Why?</p>',
  difficulty: 'easy',
  topic: 'Tests — “é”',
  choices: [{ choiceText: 'good', isGood: true }, { choiceText: 'wrong', isGood: false, explanation: 'because' }],
}; // prettier-ignore

describe('reading', () => {
  test.each([root, `${root}/`, '/API/Admin/Questions?search=x&topic=y'])('%s, also without a token', async (path) => {
    const answer = await expectSame({ path }, 200);
    const tag = /^ETag: (.*)\r$/m.exec(answer)?.[1] ?? '';
    await expectSame({ path, headers: [`If-None-Match: ${tag}`] }, 304);
    await expectSame({ path, method: 'HEAD' }, 200);
  });

  test('the users, for administrators only', async () => {
    const path = '/api/admin/users';
    expect(await expectSame({ path, headers: [admin] }, 200)).toContain('"googleId":"g6"');
    await expectSame({ path }, 401);
    await expectSame({ path, headers: [somebody] }, 401);
    await expectSame({ path, headers: ['Authorization: Bearer nonsense'] }, 401);
  });

  test('what is answered is what the contract says', async () => {
    const ask = async (path: string, header: string) => {
      const answer = await fetch(`http://127.0.0.1:${world.adminPort}${path}`, { headers: { authorization: header.split(': ')[1] ?? '' } });
      return { status: answer.status, body: await answer.json() };
    };
    expect(findProblems(listAdminQuestions, await ask(root, admin))).toEqual([]);
    expect(findProblems(listUsers, await ask('/api/admin/users', admin))).toEqual([]);
  });
});

describe('editing', () => {
  test('creating, changing in part, and removing', async () => {
    await expectSame(sending('POST', root, given, admin), 201);
    await expectSame(
      sending('POST', root, { ...given, answer: 'x', quiz: 'y', matchKeywords: ['a', 'b'], isActive: false, choices: undefined }, admin),
      201,
    );
    await expectSame(sending('PUT', `${root}/13`, { topic: 'other', choices: [{ choiceText: 'only', isGood: true }] }, admin), 200);
    await expectSame(sending('PUT', `${root}/13`, { topic: 'without choices' }, admin), 200);
    await expectSame(sending('PUT', `${root}/1`, { isActive: false, extra: 1 }, admin), 200);
    await expectSame({ method: 'DELETE', path: `${root}/2`, headers: [admin] }, 200);
    await expectSameRows();
  });

  test.each([
    ['a refused value', 'PUT', '/3', { difficulty: 'impossible' }],
    ['a question without its type', 'POST', '', { ...given, questionType: undefined }],
    ['a type that is none', 'POST', '', { ...given, questionType: 'essay' }],
    ['no such question', 'PUT', '/999999', { topic: 'x' }],
    ['an id beyond the column', 'PUT', '/99999999999999999999', { topic: 'x' }],
    ['a choice without text', 'PUT', '/3', { choices: [{ isGood: true }] }],
  ] as const)('%s is 500 and changes nothing', async (_name, method, rest, body) => {
    await expectSame(sending(method, `${root}${rest}`, body, admin), 500);
    // What was refused has drawn ids on both sides, but not as many: the service asks for a question's choices in its transaction.
    const count = async (side: 'monolith' | 'question') => (await world.databases[side].query('select count(*) from questions')).rows;
    expect(await count('question')).toEqual(await count('monolith'));
  });

  test.each([
    ['nobody', () => undefined],
    ['somebody who is no administrator', () => somebody],
    ['a forged token', () => 'Authorization: Bearer a.b.c'],
  ])('%s is refused, after the id', async (_name, header) => {
    const headers = [header() ?? []].flat();
    await expectSame(sending('POST', root, given, ...headers), 401);
    await expectSame(sending('PUT', `${root}/3`, given, ...headers), 401);
    await expectSame({ method: 'DELETE', path: `${root}/3`, headers }, 401);
    await expectSame(sending('PUT', `${root}/abc`, given, ...headers), 400);
    await expectSame({ method: 'DELETE', path: `${root}/1.5`, headers }, 400);
  });

  test.each(['{', '"text"x'])('the body %j is not JSON', async (body) => {
    await expectSame({ method: 'POST', path: root, headers: ['Content-Type: application/json', admin], body }, 400);
  });

  test('no body, and one that is too large', async () => {
    await expectSame({ method: 'POST', path: root, headers: [admin] }, 500);
    await expectSame(sending('POST', root, { ...given, question: 'x'.repeat(110_000) }, admin), 413);
  });

  test('ids in bodies are trusted: choices move, and questions are overwritten', async () => {
    const reset = `delete from choices; delete from questions where id > 12; select setval('questions_id_seq', 100), setval('choices_id_seq', 1000);
      insert into choices (id, question_id, choice_text) values (501, 4, 'moves'), (502, 4, 'stays'), (503, 5, 'goes')`;
    for (const side of ['monolith', 'question'] as const) await world.databases[side].query(reset);
    await expectSame(sending('POST', root, { ...given, choices: [{ id: 501, choiceText: 'moved', isGood: true }] }, admin), 201);
    await expectSame(sending('PUT', `${root}/5`, { choices: [{ id: 502, choiceText: 'moved too', isGood: false }] }, admin), 200);
    await expectSame(sending('POST', root, { ...given, id: 6, choices: [] }, admin), 201);
    await expectSameRows();
  });
});
