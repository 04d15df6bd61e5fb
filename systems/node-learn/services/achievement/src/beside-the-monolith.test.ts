import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import { findProblems } from '@banyan/contract';
import type { Program } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { checkBadges, findGuestId, listBadges, listBadgesOfUser } from '@node-learn/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startAchievement, startMonolith } from './testing/programs.ts';
import { awardsOf, copyRows, fillMonolith } from './testing/rows.ts';

let databases: readonly [TestDatabase, TestDatabase];
let broker: TestDatabase;
let programs: readonly Program[];
let ports: readonly [number, number];

beforeAll(async () => {
  databases = [await createTestDatabase(), await createTestDatabase()];
  broker = await createTestDatabase();
  const [monolith, achievement] = await Promise.all([
    startMonolith(databases[0].url),
    startAchievement({ database: databases[1], broker }),
  ]);
  ports = [monolith.port, achievement.port];
  programs = [monolith.program, achievement.program];
  await fillMonolith(databases[0]);
  await copyRows(...databases);
});

afterAll(async () => {
  for (const program of programs ?? []) await program.stop();
  for (const database of [...(databases ?? []), broker]) await database?.close();
});

async function expectSame(request: RawRequest, status: number): Promise<string> {
  const [monolith = '', achievement = ''] = await Promise.all(ports.map((port) => exchangeRaw(port, request)));
  expect(achievement).toBe(monolith);
  expect(achievement).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  return achievement;
}

const root = '/api/achievements';
const users = [1, 2, 3, 4, 5, 6, 7, 8, 999_999];

describe('reading', () => {
  test.each([root, `${root}/`, '/API/Achievements?_t=1', `${root}/guest-id`, `${root}/GUEST-ID/`])('%s', async (path) => {
    const answer = await expectSame({ path }, 200);
    const tag = /^ETag: (.*)\r$/m.exec(answer)?.[1] ?? '';
    await expectSame({ path, headers: [`If-None-Match: ${tag}`] }, 304);
    await expectSame({ path, method: 'HEAD' }, 200);
  });

  test.each(users)('the badges of user %i', async (user) => {
    const answer = await expectSame({ path: `${root}/user/${user}` }, 200);
    expect(answer.match(/"unlocked":/g)).toHaveLength(21);
    expect(answer.match(/"progress":/g)?.length ?? 0).toBe(
      21 - (await awardsOf(databases[1])).filter((it) => it.startsWith(`${user} `)).length,
    );
  });

  test.each(['1abc', '007', '-1', '%201', '1.9', '1e5', '2147483647', '+3'])('the badges of "%s"', async (user) => {
    await expectSame({ path: `${root}/user/${user}` }, 200);
  });

  test.each(['abc', 'NaN', '2147483648', '99999999999999999999', '%20', 'x1', '-'])('no badges of "%s"', async (user) => {
    await expectSame({ path: `${root}/user/${user}` }, 500);
  });

  test.each([
    '/api/achievements/user',
    '/api/achievements/user/',
    '/api/achievements/guest-id/1',
    '/api/achievements/1',
    '/api/achievements/check',
  ])('nothing at %s', async (path) => {
    await expectSame({ path }, 404);
  });

  test('there is no guest', async () => {
    await databases[0].query(`update users set google_id = 'gone' where id = 1`);
    await databases[1].query('delete from user_refs where id = 1');
    await expectSame({ path: `${root}/guest-id` }, 500);
    await databases[0].query(`update users set google_id = 'guest-user' where id = 1`);
    await databases[1].query('insert into user_refs values (1)');
    await expectSame({ path: `${root}/guest-id` }, 200);
  });
});

describe('checking', () => {
  beforeEach(() => copyRows(...databases));

  function check(body: unknown): RawRequest {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return { method: 'POST', path: `${root}/check`, headers: ['Content-Type: application/json'], body: text };
  }

  test.each(users)('awards the same to user %i, and nothing the second time', async (userId) => {
    for (const questionId of [1, 40]) await expectSame(check({ userId, questionId, isCorrect: true }), 201);
    expect(await expectSame(check({ userId, questionId: 2, isCorrect: 'no' }), 201)).toContain('{"awardedAchievements":');
    expect(await awardsOf(databases[1])).toEqual(await awardsOf(databases[0]));
  });

  test.each<[string, unknown]>([
    ['nobody', {}],
    ['an unknown question', { userId: 2, questionId: 999_999, isCorrect: true }],
    ['a question beyond integer', { userId: 2, questionId: '9223372036854775807' }],
    ['no user', { questionId: 1, isCorrect: true }],
    ['null', { userId: null, questionId: 1 }],
    ['user 0', { userId: 0, questionId: 1, isCorrect: true }],
    ['text', { userId: '2', questionId: ' 1 ', isCorrect: 'false' }],
    ['other notations', { userId: '0x2', questionId: '1_0', isCorrect: 1 }],
    ['no isCorrect', { userId: 3, questionId: 5 }],
    ['isCorrect 0', { userId: 3, questionId: 5, isCorrect: 0 }],
    ['a list', []],
  ])('%s', async (_name, body) => {
    await expectSame(check(body), 201);
    expect(await awardsOf(databases[1])).toEqual(await awardsOf(databases[0]));
  });

  test.each<[string, unknown]>([
    ['a user that is no number', { userId: 'abc', questionId: 1 }],
    ['a question that is no number', { userId: 1, questionId: 'abc' }],
    ['both, and unknown', { userId: 'abc', questionId: 999_999 }],
    ['a fraction', { userId: 1.5, questionId: 1 }],
    ['a user beyond integer', { userId: 2_147_483_648, questionId: 1 }],
    ['a question beyond bigint', { userId: 1, questionId: '9223372036854775808' }],
    ['true', { userId: true, questionId: 1 }],
    ['a list of one', { userId: [1], questionId: 1 }],
    ['an object', { userId: 1, questionId: { id: 1 } }],
    ['NUL', { userId: '1\u0000', questionId: 1 }],
  ])('%s is refused', async (_name, body) => {
    await expectSame(check(body), 500);
  });

  test('bodies of every kind', async () => {
    const path = `${root}/check`;
    const json = ['Content-Type: application/json'];
    const form = ['Content-Type: application/x-www-form-urlencoded'];
    await expectSame({ method: 'POST', path }, 500);
    await expectSame({ method: 'POST', path, headers: ['Content-Type: text/plain'], body: '{"userId":2,"questionId":1}' }, 500);
    await expectSame({ method: 'POST', path, headers: form, body: 'userId=4&questionId=1&isCorrect=false' }, 201);
    await expectSame({ method: 'POST', path, headers: form, body: 'userId=4&userId=5&questionId=1' }, 500);
    await expectSame({ method: 'POST', path, headers: json, body: '{"userId":' }, 400);
    await expectSame({ method: 'POST', path, headers: json, body: JSON.stringify('x'.repeat(110_000)) }, 413);
    await expectSame({ method: 'PUT', path, headers: json, body: '{}' }, 404);
    await expectSame({ method: 'OPTIONS', path, headers: ['Origin: http://a.test', 'Access-Control-Request-Method: POST'] }, 204);
    expect(await awardsOf(databases[1])).toEqual(await awardsOf(databases[0]));
  });
});

test('what it answers is what its contracts promise', async () => {
  const ask = async (path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(`http://127.0.0.1:${ports[1]}${root}${path}`, init);
    return { status: answer.status, body: await answer.json() };
  };
  const problems = [
    findProblems(listBadges, await ask('')),
    findProblems(findGuestId, await ask('/guest-id')),
    findProblems(listBadgesOfUser, await ask('/user/6')),
    findProblems(listBadgesOfUser, await ask('/user/x')),
    findProblems(checkBadges, await ask('/check', { userId: 5, questionId: 1, isCorrect: true })),
    findProblems(checkBadges, await ask('/check', { userId: 'x' })),
  ];
  expect(problems).toEqual(problems.map(() => []));
});
