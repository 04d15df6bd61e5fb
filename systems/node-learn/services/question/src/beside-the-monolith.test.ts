import { type EndpointContract, findProblems } from '@banyan/contract';
import { exchangeRaw, type RawRequest } from '@banyan/nest/raw-exchange';
import type { Program } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { endpoints, findQuestion, listQuestions, questionEndpoints, randomQuestion } from '@node-learn/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askInternally, bank, type RunningQuestion, startMonolith, startQuestion, withoutChance } from './testing/programs.ts';

let databases: readonly [TestDatabase, TestDatabase];
let question: RunningQuestion;
let programs: readonly Program[];
let ports: readonly [number, number];

beforeAll(async () => {
  databases = [await createTestDatabase(), await createTestDatabase()];
  const chance = { nodeArguments: withoutChance };
  const [monolith, service] = await Promise.all([startMonolith(databases[0].url, chance), startQuestion(databases[1].url, chance)]);
  question = service;
  ports = [monolith.port, service.port];
  programs = [monolith.program, service.program];
  for (const database of databases) await database.query(bank);
});

afterAll(async () => {
  for (const program of programs ?? []) await program.stop();
  for (const database of databases ?? []) await database.close();
});

async function expectSame(request: RawRequest, status: number): Promise<string> {
  const [monolith = '', service = ''] = await Promise.all(ports.map((port) => exchangeRaw(port, request)));
  expect(service).toBe(monolith);
  expect(service).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  return service;
}

async function onBoth(statement: string): Promise<void> {
  for (const database of databases) await database.query(statement);
}

describe('the list', () => {
  test.each([
    '',
    '/',
    '?_t=1',
    '?difficulty=easy',
    '?questionType=single_choice&practical=false',
    '?difficulty=&questionType=&topic=&search=',
  ])('/api/questions%s', async (rest) => {
    const answer = await expectSame({ path: `/api/questions${rest}` }, 200);
    expect(answer).toContain('"choices":[');
    await expectSame({ path: `/api/questions${rest}`, method: 'HEAD' }, 200);
  });

  test.each([
    ['practical=true', /"practical":true/],
    ['practical=', /"practical":false/],
    ['practical=1&practical=true', /"practical":false/],
    ['difficulty=hard&questionType=text_input&practical=false', /"keywordCount":2/],
    ['topic=Streams', /\r\n\[\]/],
    ['topic=Streams&topic=Event%20loop', /\r\n\[\]/],
    ['topic=%7B%22Streams%22%7D&difficulty=easy', /\r\n\[\]/],
    ['topic[]=Streams', /Streams/],
    ['DIFFICULTY=nonsense', /"id":1,/],
  ])('?%s', async (query, expected) => {
    expect(await expectSame({ path: `/api/questions?${query}` }, 200)).toMatch(expected);
  });

  test.each([
    'search=x',
    'search=x&search=y',
    'difficulty=odd',
    'questionType=odd',
    'difficulty=EASY',
    'difficulty=easy&difficulty=hard',
    'questionType=text_input&questionType=text_input',
    'topic=%00',
    'topic=Streams&difficulty=odd',
  ])('?%s is 500', async (query) => {
    expect(await expectSame({ path: `/api/questions?${query}` }, 500)).toContain('{"statusCode":500,"message":"Internal server error"}');
  });

  test('hides inactive questions, and whatever gives an answer away', async () => {
    const answer = await expectSame({ path: '/api/questions' }, 200);
    expect(answer).not.toMatch(/"id":(?:7|20|33),"questionType"|isGood|matchKeywords|"answer"|Because/);
    expect(answer.match(/"questionType"/g)).toHaveLength(45);
  });
});

describe('one question', () => {
  const ids = Array.from({ length: 48 }, (_, index) => `${index + 1}`);

  test.each([...ids, '0x1', '1e0', '%31', '%20%31', '+1', '01', '0b11', '0o7', '1.0', '1?x=y', '1/'])('/api/questions/%s', async (id) => {
    const answer = await expectSame({ path: `/api/questions/${id}` }, 200);
    const tag = /^ETag: (.*)\r$/m.exec(answer)?.[1] ?? '';
    await expectSame({ path: `/api/questions/${id}`, headers: [`If-None-Match: ${tag}`] }, 304);
    await expectSame({ path: `/api/questions/${id}`, headers: ['If-None-Match: *'] }, 304);
    await expectSame({ path: `/api/questions/${id}`, method: 'HEAD' }, 200);
  });

  test.each(['49', '-1', '-0', '0', '999999999', '%20', '0x0', '-1e3', '9007199254740993'])('/api/questions/%s is 404', async (id) => {
    const answer = await expectSame({ path: `/api/questions/${id}` }, 404);
    expect(answer).toContain(`"message":"Question with ID ${decodeURIComponent(id)} not found"`);
  });

  test.each(['abc', '1.5', '9223372036854775808', '1e30', 'Infinity', 'NaN', '1,2', '1;2', '1a', '%00', 'RANDOM1', 'undefined'])(
    '/api/questions/%s is 500',
    async (id) => {
      await expectSame({ path: `/api/questions/${id}` }, 500);
    },
  );
});

describe('everything around them', () => {
  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'BREW'])('%s where there is only GET', async (method) => {
    for (const path of ['/api/questions', '/api/questions/random', '/api/questions/1']) {
      await expectSame({ method, path }, method === 'BREW' ? 400 : 404);
    }
  });

  test.each(['/API/Questions/1', '/api/questions/1/', '/api/QUESTIONS/?difficulty=easy'])('whatever the case: %s', async (path) => {
    await expectSame({ path }, 200);
  });

  test.each([
    '/api/questions/1/more',
    '/api/questions//1',
    '/api/questions/1/answer',
    '/internal/questions/1/answer',
    '/api/internal/questions',
  ])('unknown: %s', async (path) => {
    await expectSame({ path }, 404);
  });

  test('a path that cannot be decoded, preflights, bodies of all kinds', async () => {
    await expectSame({ path: '/api/questions/%ff' }, 400);
    const headers = ['Origin: http://a.test', 'Access-Control-Request-Method: GET', 'Access-Control-Request-Headers: authorization'];
    await expectSame({ method: 'OPTIONS', path: '/api/questions', headers }, 204);
    const json = ['Content-Type: application/json'];
    await expectSame({ path: '/api/questions/1', headers: json, body: '{"a":1}' }, 200);
    await expectSame({ path: '/api/questions/1', headers: json, body: '{' }, 400);
    await expectSame({ method: 'POST', path: '/api/questions', headers: json, body: JSON.stringify('x'.repeat(110_000)) }, 413);
  });
});

test('what the monolith answers to anybody about answers and the bank, the service answers to services', async () => {
  const bodyOf = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${ports[0]}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const ids = [...Array.from({ length: 48 }, (_, index) => `${index + 1}`), '0x1', '1e0', '49', '-7', 'abc', '1.5', '9223372036854775808'];
  for (const id of ids) {
    expect(await askInternally(question, `/internal/questions/${id}/answer`), id).toEqual(await bodyOf(`/api/answers/${id}`));
  }
  expect(await askInternally(question, '/internal/questions', { service: 'admin' })).toEqual(await bodyOf('/api/admin/questions'));
});

describe('contracts', () => {
  const read = async (port: number, path: string, init: RequestInit = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  const post = (body: string) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body });

  test('what the service answers is what they promise', async () => {
    const asked: readonly (readonly [EndpointContract, string, number])[] = [
      [listQuestions, '/api/questions', 200],
      [listQuestions, '/api/questions?search=x', 500],
      [randomQuestion, '/api/questions/random', 200],
      [findQuestion, '/api/questions/7', 200],
      [findQuestion, '/api/questions/49', 404],
      [findQuestion, '/api/questions/abc', 500],
    ];
    for (const [endpoint, path, status] of asked) {
      const told = await read(ports[1], path);
      expect([path, told.status, findProblems(endpoint, told)]).toEqual([path, status, []]);
    }
    expect(questionEndpoints.map(({ path }) => path)).toEqual(['/api/questions', '/api/questions/random', '/api/questions/:id']);
  });

  test('what the monolith answers at the routes that have not moved yet is what they promise', async () => {
    await databases[0].query(`insert into users (id, google_id, email, name) values (7, 'g7', 'g7@example.test', 'Seven')`);
    const answers = [1, 2, 3, 6, 9].map((questionId) => [
      '/api/stats/record',
      201,
      post(JSON.stringify({ userId: 7, questionId, isCorrect: questionId !== 2 })),
    ]);
    const asked: [string, number, RequestInit?][] = [
      ...(answers as [string, number, RequestInit][]),
      ['/api/stats/record', 500, post('{}')],
      ['/api/stats/record', 400, post('{')],
      ['/api/stats/record', 413, post(JSON.stringify('x'.repeat(110_000)))],
      ['/api/stats/user/7', 200],
      ['/api/stats/user/999', 200],
      ['/api/stats/user/x', 500],
      ['/api/stats/user/7/wrong-questions', 200],
      ['/api/answers/5', 200],
      ['/api/answers/7', 200],
      ['/api/answers/49', 404],
      ['/api/answers/x', 500],
      ['/api/quiz/modes', 200],
      ['/api/achievements', 200],
      ['/api/achievements/guest-id', 200],
      ['/api/achievements/user/7', 200],
      ['/api/achievements/user/x', 500],
      ['/api/achievements/check', 201, post('{"userId":7,"questionId":1,"isCorrect":true}')],
      ['/api/achievements/check', 500, post('{"userId":"x","questionId":1}')],
    ];
    for (const [path, status, init] of asked) {
      const endpoint = endpointOf(path);
      const told = await read(ports[0], path, init);
      expect([path, told.status, findProblems(endpoint, told)]).toEqual([path, status, []]);
    }
  });

  function endpointOf(path: string): EndpointContract {
    const found = endpoints.find((endpoint) => new RegExp(`^${endpoint.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path));
    if (found === undefined) throw new Error(`No contract for ${path}`);
    return found;
  }
});

test('2,000 requests of every kind, drawn at random: not one byte differs', { timeout: 240_000 }, async () => {
  const pick = <Item>(items: readonly Item[], turn: number) =>
    items[Math.floor(Math.abs(Math.sin(turn * 12.9898) * 43_758.5453)) % items.length] as Item;
  const filters = [
    ['', 'difficulty=easy', 'difficulty=hard', 'difficulty=', 'difficulty=odd'],
    ['', 'questionType=single_choice', 'questionType=text_input', 'questionType='],
    ['', 'practical=true', 'practical=1', 'practical'],
    ['', '', '', 'topic=Streams', 'search=x', '_t=1'],
  ];
  const requestOf = (turn: number): RawRequest => {
    if (turn % 2 === 0)
      return { path: `/api/questions/${pick([turn % 53, `0x${(turn % 49).toString(16)}`, `${turn % 60}e0`, 'abc', -turn], turn)}` };
    return {
      path: `/api/questions?${filters
        .map((of, index) => pick(of, turn + index * 0.3))
        .filter(Boolean)
        .join('&')}`,
    };
  };
  const statuses = new Map<string, number>();
  const different: object[] = [];
  const turns = Array.from({ length: 2_000 }, (_, turn) => turn);
  await Promise.all(
    [0, 1, 2, 3].map(async (lane) => {
      for (const turn of turns.filter((each) => each % 4 === lane)) {
        const request = requestOf(turn);
        const [monolith = '', service = ''] = await Promise.all(ports.map((port) => exchangeRaw(port, request, { timeoutMs: 60_000 })));
        if (service !== monolith) different.push({ request, monolith, service });
        const status = service.slice(9, 12);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }),
  );
  expect(different).toEqual([]);
  expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(2_000);
  expect([...statuses.keys()].toSorted()).toEqual(['200', '404', '500']);
});

describe('a random question', () => {
  test('when only one is active it is that one, without choices', async () => {
    await onBoth('update questions set is_active = (id = 12)');
    await onBoth(
      `set session_replication_role = replica; update questions set updated_at = '2026-03-03' where true; set session_replication_role = origin`,
    );
    const answer = await expectSame({ path: '/api/questions/random' }, 200);
    expect(answer).toContain('"id":12,');
    expect(answer).not.toContain('choices');
    await expectSame({ path: '/api/Questions/Random/?x=1' }, 200);
    await expectSame({ path: '/api/questions/random', method: 'HEAD' }, 200);
  });

  test('when none is active it says so', async () => {
    await onBoth('update questions set is_active = false');
    const answer = await expectSame({ path: '/api/questions/random' }, 404);
    expect(answer).toContain('"message":"No active questions found in database."');
    expect(await expectSame({ path: '/api/questions' }, 200)).toMatch(/\r\n\[\]/);
  });
});
