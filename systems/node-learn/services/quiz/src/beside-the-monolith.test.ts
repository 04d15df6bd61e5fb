import { createHmac } from 'node:crypto';
import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import type { Program } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Neighbours, startNeighbours } from './testing/neighbours.ts';
import { jwtSecret, startMonolith, startQuestion, startQuiz } from './testing/programs.ts';
import { copyRefs, copyRows, copyStats, fillMonolith } from './testing/rows.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** The monolith alone; the monolith behind quiz; quiz; question; events. */
let databases: readonly TestDatabase[] = [];
let programs: readonly Program[] = [];
let neighbours: Neighbours;
let ports: { readonly monolith: number; readonly quiz: number };

beforeAll(async () => {
  databases = await Promise.all([1, 2, 3, 4, 5].map(() => createTestDatabase()));
  const [alone, behind, own, bank, broker] = databases as [TestDatabase, TestDatabase, TestDatabase, TestDatabase, TestDatabase];
  neighbours = await startNeighbours({ flowBack: () => copyStats(own, behind) });
  const [monolith, monolithBehind, question] = await Promise.all([
    startMonolith(alone.url),
    startMonolith(behind.url),
    startQuestion({ own: bank, broker }),
  ]);
  const environment = {
    ...neighbours.environment,
    // The answers are compared here, not how fast the machine is.
    FLOW_BACK_WITHIN_MS: '60000',
    CHECK_WITHIN_MS: '120000',
    QUESTION_URL: question.internalUrl,
    GATEWAY_URL: `http://127.0.0.1:${monolithBehind.port}`,
  };
  for (const database of [alone, behind]) await fillMonolith(database);
  await copyRows(alone, bank, 'select * from questions', 'questions');
  await copyRows(alone, bank, 'select * from choices order by id', 'choices');
  const quiz = await startQuiz({ own, broker }, { environment });
  await copyRows(alone, own, 'select * from quiz_modes', 'quiz_modes');
  await copyRefs(alone, own);
  programs = [quiz.program, monolith.program, monolithBehind.program, question.program];
  ports = { monolith: monolith.port, quiz: quiz.port };
});

afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop()));
  await neighbours?.close();
  await Promise.all(databases.map((database) => database.close()));
});

/** Both are asked at the same time: neither knows of the other. */
async function answerOfBoth(request: RawRequest): Promise<string> {
  const [monolith, quiz] = await Promise.all([ports.monolith, ports.quiz].map((port) => exchangeRaw(port, request, { timeoutMs: 90_000 })));
  expect(quiz).toBe(monolith);
  return quiz!;
}

async function expectSame(request: RawRequest, status: number): Promise<string> {
  const quiz = await answerOfBoth(request);
  expect(quiz).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  return quiz;
}

function record(body: unknown, headers: readonly string[] = []): RawRequest {
  return {
    method: 'POST',
    path: '/api/stats/record',
    headers: ['Content-Type: application/json', ...headers],
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** Everything both sides show of a user, and the rows behind it. */
async function expectSameStats(userId: number): Promise<void> {
  const path = `/api/stats/user/${userId}`;
  await Promise.all([expectSame({ path }, 200), expectSame({ path: `${path}/wrong-questions` }, 200)]);
}

function token(payload: object, options: { secret?: string; alg?: string } = {}): string {
  const { secret = jwtSecret, alg = 'HS256' } = options;
  const parts = [{ alg, typ: 'JWT' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  if (alg === 'none') return `${parts}.`;
  return `${parts}.${createHmac(alg.replace('HS', 'sha'), secret).update(parts).digest('base64url')}`;
}

const bearer = (payload: object, options?: { secret?: string; alg?: string }) => [`Authorization: Bearer ${token(payload, options)}`];
const ada = { sub: 2, email: 'ada@example.test', name: 'Ada', isAdmin: false };

describe('before anything is recorded', () => {
  test('modes, and the results of nobody', async () => {
    const modes = await expectSame({ path: '/api/quiz/modes' }, 200);
    expect(modes).toContain('{"id":10,"name":"Missed"');
    await expectSame({ path: '/api/quiz/modes', headers: [`If-None-Match: ${/^ETag: (.*)\r$/m.exec(modes)?.[1]}`] }, 304);
    for (const user of [1, 2, 999]) await expectSameStats(user);
    expect(await expectSame({ path: '/api/stats/user/2' }, 200)).toContain('"overallAccuracy":0}');
  });
});

describe('recording', () => {
  test('the first right answer brings its badge in this very answer, a second one none', async () => {
    expect(await expectSame(record({ userId: 2, questionId: 1, isCorrect: true }), 201)).toContain('[{"id":1,"title":"First Steps"');
    expect(await expectSame(record({ userId: 2, questionId: 1, isCorrect: true }), 201)).toContain('"awardedAchievements":[]');
    await expectSameStats(2);
  });

  test('wrong, right, right', async () => {
    await expectSame(record({ userId: 3, questionId: 6, isCorrect: false }), 201);
    expect(await expectSame({ path: '/api/stats/user/3' }, 200)).toContain('"overallAccuracy":"0.00"');
    expect(await expectSame(record({ userId: 3, questionId: 6, isCorrect: true }), 201)).toMatch(/"id":2,.*"id":5,/);
    await expectSame(record({ userId: 3, questionId: 6, isCorrect: true }), 201);
    expect(await expectSame({ path: '/api/stats/user/3' }, 200)).toContain('"overallAccuracy":"66.67"');
    expect(await expectSame({ path: '/api/stats/user/3/wrong-questions' }, 200)).toContain('{"wrongQuestionIds":[6]}');
  });

  test('a class of questions at its last one, an inactive one among them', async () => {
    for (const questionId of [9, 10, 11]) await expectSame(record({ userId: 3, questionId, isCorrect: true }), 201);
    expect(await expectSame(record({ userId: 3, questionId: 12, isCorrect: true }), 201)).toContain('"id":19,');
    await expectSameStats(3);
  });

  test('a hundred at once are a hundred', async () => {
    const one = record({ userId: 1, questionId: 2, isCorrect: true });
    await answerOfBoth(one); // the row is there: which id it gets while a hundred want to add it is chance
    for (const port of Object.values(ports)) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => exchangeRaw(port, one, { timeoutMs: 150_000 })));
      expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 201 '))).toHaveLength(100);
    }
    expect(await expectSame({ path: '/api/stats/user/1' }, 200)).toContain('"correct_count":101,"incorrect_count":0');
  });

  const oddVerdicts = [
    undefined, null, true, false, 0, 1, 2, -1, 1.5, '', 'true', 'false', 'TRUE', ' false ', 't', 'f', 'y', 'no', 'on', 'off', 'of', 'o', '1', '0',
    '00', 'maybe', [], [true], {}, { a: 1 }, 'wahr\u0000',
  ]; // prettier-ignore
  test.each(oddVerdicts.map((verdict, index) => [JSON.stringify(verdict), verdict, index] as const))(
    'isCorrect %s, on a new row and on one that is there',
    async (_, isCorrect, index) => {
      const body = { userId: 4 + Math.floor(index / 12), questionId: (index % 12) + 1, isCorrect };
      for (let time = 0; time < 3; time++) await answerOfBoth(record(body));
      await expectSameStats(body.userId);
    },
  );

  const oddIds = [
    '2',
    ' 2 ',
    '02',
    '+2',
    '0x2',
    '1_0',
    '2.0',
    '2e0',
    2.5,
    2,
    true,
    [2],
    { id: 2 },
    2147483648,
    '-0',
    'two',
    '２',
    '2\u0000',
    null,
    '',
  ];
  test.each(oddIds.map((id) => [JSON.stringify(id), id] as const))('the id %s', async (_, id) => {
    await answerOfBoth(record({ userId: id, questionId: 3, isCorrect: false }));
    await answerOfBoth(record({ userId: 7, questionId: id, isCorrect: true }));
    await expectSameStats(2);
    await expectSameStats(7);
  });

  test('the user of a good token wins, and any other token counts as none', async () => {
    const body = { userId: 8, questionId: 4, isCorrect: true };
    await expectSame(record(body, bearer(ada)), 201);
    await expectSame(record(body, bearer({ ...ada, sub: '3' })), 201);
    await expectSame(record({ questionId: 4 }, bearer(ada)), 201);
    const past = Math.floor(Date.now() / 1000) - 1;
    const bad: string[][] = [
      [],
      ['Authorization: Basic x'],
      ['Authorization: Bearer bad'],
      bearer({ ...ada, exp: past }),
      bearer({ ...ada, sub: 0 }),
      bearer({ sub: 2 }),
      bearer(ada, { secret: 'another secret of more than 32 bytes' }),
      bearer(ada, { secret: 'fallback-secret' }),
      bearer(ada, { alg: 'none' }),
      bearer(ada, { alg: 'HS512' }),
    ];
    for (const headers of bad) await expectSame(record(body, headers), 201);
    for (const user of [2, 3, 8]) await expectSameStats(user);
  });

  test('urlencoded, odd JSON, no body, too much of it', async () => {
    const form = (body: string): RawRequest => ({
      method: 'POST',
      path: '/api/STATS/record/',
      headers: ['Content-Type: application/x-www-form-urlencoded'],
      body,
    });
    await expectSame(form('userId=2&questionId=5&isCorrect=true&more=1'), 201);
    await expectSame(form('userId=2&questionId=5&isCorrect=false'), 201);
    await expectSame(form('userId[]=2&questionId=5'), 500);
    await expectSame(record({ userId: 2, questionId: 5, isCorrect: false, streak: 'x', quizModeId: {}, id: 1, answer: 1 }), 201);
    for (const body of [{}, [], { userId: 2 }, { questionId: 2 }, { userId: 0, questionId: 2 }, { userId: 2, questionId: 0 }])
      await expectSame(record(body), 500);
    for (const body of ['{', '"text"', '5', 'null', '{"a":}']) await expectSame(record(body), 400);
    await expectSame(record(JSON.stringify('x'.repeat(110_000))), 413);
    await expectSame({ method: 'POST', path: '/api/stats/record' }, 500);
    await expectSame({ method: 'POST', path: '/api/stats/record', headers: ['Content-Type: text/plain'], body: 'x' }, 500);
    await expectSameStats(2);
  });

  test('unknown users and questions leave nothing', async () => {
    for (const body of [
      { userId: 2, questionId: 999_999, isCorrect: true },
      { userId: 999_999, questionId: 2, isCorrect: true },
      { userId: -1, questionId: -1, isCorrect: false },
    ])
      await expectSame(record(body), 500);
    await expectSame(record({ userId: 2, questionId: 2, isCorrect: true }, bearer({ ...ada, sub: 999_999 })), 500);
    await expectSame({ path: '/api/stats/user/999999' }, 200);
    const rows = await databases[2]?.query(
      'select from user_question_stats where question_id not between 1 and 12 or user_id not between 1 and 8',
    );
    expect(rows?.rowCount).toBe(0);
  });

  test('after all of this the rows are the same, ids included', async () => {
    const [monolith, , quiz] = databases;
    const rows = async (database: TestDatabase | undefined) =>
      (await database?.query('select * from user_question_stats order by id'))?.rows;
    expect(await rows(quiz)).toEqual(await rows(monolith));
    expect((await rows(quiz))?.length).toBeGreaterThan(30);
  });
});

describe('reading', () => {
  test.each(['1', '01', '+1', '%201', '0x1', '1_0', '-1', '0', '%31'])('results of user %s', async (id) => {
    await expectSame({ path: `/api/stats/user/${id}` }, 200);
    await expectSame({ path: `/API/Stats/User/${id}/wrong-questions/?_t=1` }, 200);
    await expectSame({ method: 'HEAD', path: `/api/stats/user/${id}` }, 200);
  });

  test.each(['abc', '1.0', '1e0', '2147483648', '1abc', 'NaN', '%00', '１'.split('').map(encodeURIComponent).join('')])(
    'what is no integer: %s',
    async (id) => {
      await expectSame({ path: `/api/stats/user/${id}` }, 500);
      await expectSame({ path: `/api/stats/user/${id}/wrong-questions` }, 500);
    },
  );

  test('unchanged results are 304', async () => {
    const answer = await expectSame({ path: '/api/stats/user/2' }, 200);
    const tag = /^ETag: (.*)\r$/m.exec(answer)?.[1] ?? '';
    await expectSame({ path: '/api/stats/user/2', headers: [`If-None-Match: ${tag}`] }, 304);
  });

  test.each(['1', '3', '5', '9', '12', '0x1', '1e0', '%31', '01', '%201', '1.0'])('the answer to question %s', async (id) => {
    expect(await expectSame({ path: `/api/answers/${id}` }, 200)).toContain('"matchKeywords":[');
    await expectSame({ method: 'HEAD', path: `/API/answers/${id}/` }, 200);
  });

  test.each(['999999', '-1', '0', '%20', '9007199254740993', '0x0', '-0'])('the answer to the unknown question %s', async (id) => {
    expect(await expectSame({ path: `/api/answers/${id}` }, 404)).toContain(`Question with ID ${decodeURIComponent(id)} not found`);
  });

  test.each(['abc', '1.5', '1e30', 'NaN', 'Infinity', '1%2F2', '99999999999999999999', 'random', '..%2Frefs', '1%2Fref%3F'])(
    'the answer to what is no id: %s',
    async (id) => {
      await expectSame({ path: `/api/answers/${id}` }, 500);
    },
  );
});

describe('everything around them', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('%s where there is only GET', async (method) => {
    for (const path of ['/api/stats/user/1', '/api/stats/user/1/wrong-questions', '/api/answers/1', '/api/answers', '/api/quiz/modes'])
      await expectSame({ method, path }, 404);
  });

  test.each([
    '/api/stats',
    '/api/stats/record',
    '/api/stats/user',
    '/api/answers',
    '/api/answers/1/2',
    '/api/quiz',
    '/api/quiz/modes/1',
    '/api/stats/user/1/x',
  ])('unknown: %s', async (path) => {
    await expectSame({ path }, 404);
    await expectSame({ path, method: 'HEAD' }, 404);
  });

  test('preflights and paths that cannot be decoded', async () => {
    const headers = ['Origin: http://a.test', 'Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: authorization'];
    await expectSame({ method: 'OPTIONS', path: '/api/stats/record', headers }, 204);
    await expectSame({ path: '/api/answers/%ff' }, 400);
    await expectSame({ path: '/api/stats/user/%ff' }, 400);
  });
});
