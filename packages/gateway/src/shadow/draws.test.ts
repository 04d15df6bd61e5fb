/** The whole way: a gateway in front of an owner that draws at random, and a copy of it that does so too, or has a planted fault. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../route-table.ts';
import { type PlantedFault, plantedFaults, QuestionBank } from '../testing/question-bank.ts';
import { startHttpServer, type TestServer } from '../testing/raw-http.ts';
import { startGateway, type TestGateway } from '../testing/start-gateway.ts';

let gateway: TestGateway;
let servers: readonly TestServer[];
const owner = new QuestionBank();
let candidate = new QuestionBank();

const list = 'GET /api/questions';
const random = 'GET /api/questions/random';
const find = 'GET /api/questions/:id';

beforeAll(async () => {
  servers = [
    await startHttpServer((request, response) => owner.serve(request, response)),
    await startHttpServer((request, response) => candidate.serve(request, response)),
  ];
  const [monolith, question] = servers.map(({ url }) => url);
  gateway = await startGateway(monolith!, { workers: 2, limits: { noiseSamplesMin: 5, pinWithoutControllerMs: 200 } });
  const reading = (id: string, compare: NonNullable<Route['compare']>): Route => ({
    id,
    extraction: 'question',
    method: 'GET',
    path: id.slice(4),
    effect: { reads: ['public.questions'], writes: [] },
    upstream: 'monolith',
    shadow: { upstream: 'question', sharePercent: 100 },
    compare,
  });
  const routes: Route[] = [
    reading(list, { anyOrder: true, draws: ['choices'] }),
    reading(random, { drawnFrom: '/api/questions' }),
    reading(find, { draws: ['choices'] }),
    {
      id: 'PUT /api/questions/:id',
      extraction: 'question',
      method: 'PUT',
      path: '/api/questions/:id',
      effect: { reads: [], writes: ['public.questions'] },
      shadowable: false,
      upstream: 'monolith',
    },
  ];
  await gateway.client.putRoutes({ version: 1, upstreams: { monolith: monolith!, question: question! }, fallback: 'monolith', routes });
});

afterAll(async () => {
  await gateway?.end('SIGKILL');
  for (const server of servers ?? []) await server.close();
});

const ask = async (path: string, init: RequestInit = {}) => (await fetch(`${gateway.url}/api/questions${path}`, init)).arrayBuffer();
const reportOf = async (route: string) => (await gateway.client.shadow()).routes[route]!;

/** Until every pair that was offered is judged or counted as dropped. */
async function settled(route: string, pairs: number) {
  const judged = async () => {
    const { compared, unanswered, undecided, dropped } = await reportOf(route);
    return { settled: compared + unanswered + dropped >= pairs, undecided };
  };
  await expect.poll(judged).toEqual({ settled: true, undecided: 0 });
  return reportOf(route);
}

it(
  'a copy that draws as the owner does has no mismatch, also where clients ask with tags, by HEAD, and while questions are edited',
  { timeout: 120_000 },
  async () => {
    const rounds = 100;
    for (let turn = 0; turn < rounds; turn += 1) {
      const headers = turn % 4 === 0 ? { 'if-none-match': turn % 8 === 0 ? '*' : '"of another draw"' } : {};
      const method = turn % 10 === 3 ? 'HEAD' : 'GET';
      await Promise.all([
        ask('', { headers, method }),
        ask('/random', { headers, method }),
        ask(`/${1 + (turn % 8)}`, { headers, method }),
      ]);
      if (turn % 25 !== 24) continue;
      // Another client: the writer itself reads from the owner for a while, uncompared.
      await ask('/2', { method: 'PUT', headers: { 'user-agent': 'editor' } });
      candidate.edit(2);
    }
    for (const route of [list, random, find]) {
      const { mismatches, equal, excused, groups, rules, noiseLearned } = await settled(route, rounds);
      expect({ route, mismatches, groups }).toEqual({ route, mismatches: 0, groups: [] });
      expect(equal + excused).toBeGreaterThan(rounds / 2);
      expect([noiseLearned, rules[0]?.declared === undefined]).toEqual([true, false]);
    }
  },
);

describe('planted faults are caught', () => {
  const kinds: Partial<Readonly<Record<PlantedFault, readonly [string, string, string]>>> = {
    'a doubled choice': [find, '/1', 'doubled-element'],
    'a foreign choice': [find, '/1', 'extra-element'],
    'a missing choice': [find, '/2', 'length'],
    'a question missing from the list': [list, '', 'missing-element'],
    'an inactive question at random': [random, '/random', 'extra-element'],
  };
  const faults = plantedFaults.filter((fault) => kinds[fault] !== undefined);

  it.each(faults)('%s', { timeout: 60_000 }, async (fault) => {
    const [route, path, kind] = kinds[fault]!;
    // While a write is under way nothing counts.
    await expect.poll(async () => (await gateway.client.state()).pins['question']?.pinned ?? 0).toBe(0);
    await gateway.client.resetShadow();
    candidate = new QuestionBank(fault);
    for (let edits = 0; edits < owner.editsOf(2); edits += 1) candidate.edit(2);
    for (let turn = 0; turn < 20; turn += 1) await ask(path);
    const { mismatches, compared, groups } = await settled(route, 20);
    expect([fault, mismatches]).toEqual([fault, compared]);
    expect(groups.map((group) => group.kind)).toContain(kind);
  });
});
