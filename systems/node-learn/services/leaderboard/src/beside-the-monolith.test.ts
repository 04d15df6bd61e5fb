import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import { findProblems } from '@banyan/contract';
import { createRandom, type Program } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { postRun, readBoard } from '@node-learn/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startLeaderboard, startMonolith } from './testing/programs.ts';
import { boardsOf, copyBoards, fillMonolith, fillRefs } from './testing/rows.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let monolith: TestDatabase;
let own: TestDatabase;
let broker: TestDatabase;
let programs: readonly Program[] = [];
let ports: readonly [number, number];

beforeAll(async () => {
  [monolith, own, broker] = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  const [first, second] = await Promise.all([startMonolith(monolith.url), startLeaderboard({ own, broker })]);
  ports = [first.port, second.port];
  programs = [first.program, second.program];
  await Promise.all([fillMonolith(monolith), fillRefs(own)]);
});
afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop()));
  await Promise.all([monolith, own, broker].map((database) => database?.close()));
});
beforeEach(async () => {
  await Promise.all([monolith.query('truncate leaderboards'), own.query('truncate leaderboards')]);
});

const root = '/api/leaderboard';
const json = ['Content-Type: application/json'];

async function answersOfBoth(request: RawRequest): Promise<readonly [string, string]> {
  const [one = '', two = ''] = await Promise.all(ports.map((port) => exchangeRaw(port, request)));
  return [one, two];
}

async function expectSame(request: RawRequest, status: number): Promise<string> {
  const [expected, shown] = await answersOfBoth(request);
  expect(shown).toBe(expected);
  expect(shown).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  return shown;
}

function update(body: unknown): RawRequest {
  return { method: 'POST', path: `${root}/update`, headers: json, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

const run = (modeId: unknown, userId: unknown, correctAnswers: unknown, streak: unknown = 0) =>
  update({ modeId, userId, correctAnswers, totalQuestions: 9, streak, username: 'ignored' });

async function expectSameBoards(): Promise<string[]> {
  const shown = await boardsOf(own);
  expect(shown).toEqual(await boardsOf(monolith));
  return shown;
}

/** Without what is made up for each answer, and what follows from that. */
function withoutInvented(answer: string): string {
  return answer
    .replace(/^(?:ETag|Content-Length): .*$/gim, '')
    .replace(/("user_id":0,.*?)"achieved_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","username":"\p{L}+ \p{L}+"/gu, '$1(invented)');
}

describe('reading', () => {
  beforeEach(async () => {
    const places = [6, 4, 1].flatMap((count, index) =>
      Array.from({ length: count }, (_, at) => `(${index + 1}, ${at + 1}, ${at + 2}, ${9 - at}, 9, ${at}, '2026-01-02 03:04:05.678')`),
    );
    await monolith.query(
      `insert into leaderboards values ${places.join()}, (4, 3, 1, 2, 3, 1, '2026-02-03'), (4, 5, 7, -1, 3, 1, '2026-02-03 00:00:00.1239')`,
    );
    await copyBoards(monolith, own);
  });

  test.each([
    `${root}/mode/1`,
    `${root}/mode/1/`,
    '/API/Leaderboard/MODE/1?_t=1',
    `${root}/mode/%201%20`,
    `${root}/mode/+1`,
    `${root}/mode/01`,
  ])('a full board, to the byte: %s', async (path) => {
    const answer = await expectSame({ path }, 200);
    const etag = /^ETag: (.*)\r$/im.exec(answer)?.[1] ?? '';
    await expectSame({ path, headers: [`If-None-Match: ${etag}`] }, 304);
    await expectSame({ path, method: 'HEAD' }, 200);
  });

  test.each(['2', '3', '4', '9', '99', '-1', '0', '%202', '007', '2147483647'])(
    'the places that nobody holds are invented: mode %s',
    async (mode) => {
      const [expected, shown] = (await answersOfBoth({ path: `${root}/mode/${mode}` })).map(withoutInvented);
      expect(shown).toBe(expected);
      expect(shown!.match(/\(invented\)/g)?.length).toBe({ 2: 2, '%202': 2, 3: 5, 4: 4 }[mode] ?? 6);
    },
  );

  test.each(['x', '1x', '1.5', '2147483648', '%20', 'null', '99999999999999999999', '%00'])('no board of "%s"', async (mode) => {
    await expectSame({ path: `${root}/mode/${mode}` }, 500);
  });

  test.each([root, `${root}/`, `${root}/mode`, `${root}/mode/`, `${root}/mode/1/2`, `${root}/update`, `${root}/%E0%A4%A/1`])(
    'nothing at %s',
    async (path) => {
      const [expected, shown] = await answersOfBoth({ path });
      expect(shown).toBe(expected);
      expect(shown).toMatch(/^HTTP\/1\.1 4\d\d /);
    },
  );
});

describe('posting', () => {
  test('the life of a board: six users, a seventh as good as the last, then better, then a worse result of the first', async () => {
    for (const [index, [right, streak]] of [[4, 4], [3, 3], [3, 2], [2, 2], [2, 1], [1, 0]].entries())
      expect(await expectSame(run('2', index + 2, right, streak), 201)).toContain('{"success":true}'); // prettier-ignore
    await expectSame(run(2, 8, 1, 9), 201);
    expect(await expectSameBoards()).toHaveLength(6);
    await expectSame(run(2, '8', '2', '0'), 201);
    expect((await expectSameBoards()).at(-1)).toContain(' 8: 2 of 9, 0');
    await expectSame(run(2, 2, 0, 0), 201);
    expect((await expectSameBoards()).at(-1)).toContain(' 2: 0 of 9, 0');
  });

  test.each<[string, unknown, unknown, unknown, number]>([
    ['an unknown mode', 99, 2, 1, 500],
    ['mode 0', 0, 2, 1, 500],
    ['a mode beyond integer', 2_147_483_648, 2, 1, 500],
    ['an unknown user', 6, 999_999, 1, 500],
    ['user 0', 6, 0, 1, 500],
    ['a user beyond integer', 6, '99999999999', 1, 500],
    ['half an answer', 6, 2, 1.5, 500],
    ['text', 6, 2, 'x', 500],
    ['an empty text', 6, 2, '', 500],
    ['null', 6, 2, null, 500],
    ['nothing', 6, 2, undefined, 500],
    ['true', 6, 2, true, 500],
    ['answers beyond integer', 6, 2, 2_147_483_648, 500],
    ['answers beyond everything', 6, 2, '9'.repeat(400), 500],
    ['answers below nothing', 6, 2, -3, 201],
    ['minus nothing', 6, 2, '-0', 201],
    ['a number with zeros before it', 6, 2, '007', 201],
    ['a list of one', 6, [2], [1], 201],
    ['a list of two', 6, 2, [1, 2], 500],
    ['an exponent', 6, 2, '1e1', 500],
    ['a line end', 6, 2, '1\n', 500],
    ['a space', 6, 2, ' 1', 500],
    ['more than there were questions', 6, 2, 1_000_000, 201],
  ])('%s', async (_what, modeId, userId, correctAnswers, status) => {
    await expectSame(run(modeId, userId, correctAnswers), status);
    await expectSameBoards();
  });

  test.each<[string, unknown, unknown]>([
    ['an unknown user', 999_999, 0],
    ['a user that is not even an integer of the database', '99999999999', 1],
    ['a result that is none of the database', 8, '-99999999999'],
  ])('on a full board a low score is taken from %s as well', async (_what, userId, correctAnswers) => {
    for (const user of [2, 3, 4, 5, 6, 7]) await expectSame(run(3, user, 10 - user, user), 201);
    await expectSame(run(3, userId, correctAnswers), 201);
    expect(await expectSameBoards()).toHaveLength(6);
  });

  test('bodies of every kind', async () => {
    const path = `${root}/update`;
    const form = ['Content-Type: application/x-www-form-urlencoded'];
    const text = 'modeId=7&userId=2&correctAnswers=3&totalQuestions=4&streak=1';
    await expectSame({ method: 'POST', path }, 500);
    await expectSame({ method: 'POST', path, headers: ['Content-Type: text/plain'], body: '{"modeId":7}' }, 500);
    await expectSame({ method: 'POST', path, headers: form, body: text }, 201);
    await expectSame({ method: 'POST', path, headers: form, body: `${text}&streak=2` }, 500);
    await expectSame(update('{"modeId":'), 400);
    await expectSame(update('[]'), 500);
    await expectSame(update('null'), 400);
    await expectSame(update(JSON.stringify('x'.repeat(110_000))), 413);
    await expectSame({ method: 'PUT', path, headers: json, body: '{}' }, 404);
    await expectSame({ method: 'OPTIONS', path, headers: ['Origin: http://a.test', 'Access-Control-Request-Method: POST'] }, 204);
    await expectSame({ ...run(7, 3, 5), headers: [...json, 'Authorization: Bearer not.a.token'] }, 201);
    expect(await expectSameBoards()).toEqual(['7/1 3: 5 of 9, 0', '7/2 2: 3 of 4, 1']);
  });

  test('the same runs leave the same boards, equal results included', async () => {
    const random = createRandom(41);
    for (let turn = 0; turn < 400; turn += 1) {
      // Nobody stands twice beside a full tie: of those the monolith promises no order.
      const request = run(random.below(3) + 1, random.below(12) + 1, random.below(40), turn);
      const [expected, shown] = await answersOfBoth(request);
      expect(shown).toBe(expected);
      if (turn % 20 === 0) await expectSameBoards();
    }
    expect((await expectSameBoards()).length).toBe(18);
  });

  test('with gaps where somebody was deleted the free place is taken, and everybody moves up', async () => {
    for (const user of [2, 3, 4, 5, 6, 7]) await expectSame(run(8, user, 10 - user, 1), 201);
    await monolith.query('delete from users where id = 3');
    await own.query('delete from leaderboards where user_id = 3');
    expect(await expectSameBoards()).toHaveLength(5);
    const [expected, shown] = (await answersOfBoth({ path: `${root}/mode/8` })).map((answer) =>
      withoutInvented(answer).replaceAll(/"achieved_at":"[^"]*"/g, ''),
    );
    expect(shown).toBe(expected);
    await expectSame(run(8, 9, 0), 201);
    expect(await expectSameBoards()).toHaveLength(6);
    await monolith.query(`insert into users (id, google_id, email, name) values (3, 'g3', '3@example.test', 'Learner 3')`);
  });
});

test('what it answers is what its contracts promise', async () => {
  const ask = async (path: string, body?: unknown) => {
    const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(`http://127.0.0.1:${ports[1]}${root}${path}`, init);
    return { status: answer.status, body: await answer.json() };
  };
  const posted = { modeId: 1, userId: 2, correctAnswers: 3, totalQuestions: 4, streak: 1 };
  const problems = [
    findProblems(postRun, await ask('/update', posted)),
    findProblems(postRun, await ask('/update', { ...posted, modeId: 'x' })),
    findProblems(readBoard, await ask('/mode/1')),
    findProblems(readBoard, await ask('/mode/x')),
  ];
  expect(problems).toEqual(problems.map(() => []));
});
