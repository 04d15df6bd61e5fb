import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bank } from './testing/programs.ts';
import { startWholeSystem, type WholeSystem } from './testing/whole-system.ts';

let system: WholeSystem;
const routes = ['GET /api/questions', 'GET /api/questions/random', 'GET /api/questions/:id'] as const;
const reason = 'the test is the evidence';

describe('the extraction of question', { timeout: 400_000 }, () => {
  beforeAll(async () => {
    system = await startWholeSystem(bank);
  }, 240_000);
  afterAll(() => system?.stop(), 60_000);

  test('in shadow, 2,000 reads beside the edits of an administrator: not one difference that nothing explains', async () => {
    expect(await system.advance({ to: 'shadow', force: true, reason })).toMatchObject({ done: true });
    const reads = 2_000;
    await Promise.all([0, 1, 2, 3].map((lane) => readMany(lane, reads / 4)));
    await expect.poll(async () => totals((await system.shadow()) ?? {}), { timeout: 120_000 }).toMatchObject({ isSettled: true });
    const shadow = await system.shadow();
    for (const route of routes) {
      const { mismatches, groups, unanswered, rules } = shadow[route]!;
      expect({ route, mismatches, groups, unanswered }, system.question.program.output()).toEqual({
        route,
        mismatches: 0,
        groups: [],
        unanswered: 0,
      });
      expect(rules.some(({ declared }) => declared !== undefined)).toBe(true);
    }
    const { compared, dropped } = totals(shadow);
    console.info(`compared ${compared}, dropped ${dropped}: ${JSON.stringify(routes.map((route) => shadow[route]?.droppedBy))}`);
    expect(compared).toBeGreaterThan(reads * 0.8);
  });

  test('at full canary the service answers every read, and an edit in the monolith is there within a second', async () => {
    expect(await system.advance({ to: 'canary', sharePercent: 100, force: true, reason })).toMatchObject({ done: true });
    const took: number[] = [];
    for (let turn = 0; turn < 15; turn += 1) {
      const topic = `Edited ${turn}`;
      await edit(system.monolithUrl, 12, { topic });
      const began = performance.now();
      await expect.poll(async () => topicOf(`http://127.0.0.1:${system.question.port}`, 12), { interval: 5, timeout: 30_000 }).toBe(topic);
      took.push(performance.now() - began);
    }
    const sorted = took.toSorted((one, other) => one - other);
    console.info(`an edit is seen after ${Math.round(sorted[7]!)} ms (median), ${Math.round(sorted.at(-1)!)} ms (most)`);
    expect(sorted[7]).toBeLessThan(1_000);
  });

  test('who edits through the gateway reads the edit at once', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      await edit(system.gatewayUrl, 14, { topic: `Own ${turn}` });
      expect(await topicOf(system.gatewayUrl, 14, { authorization: `Bearer ${system.adminToken}` })).toBe(`Own ${turn}`);
    }
  });

  test('it is held there: it cannot own what the monolith writes, also when forced', async () => {
    const refused = await system.advance({ to: 'owner', force: true, reason });
    expect(JSON.stringify(refused)).toMatch(/MIGRATION_MOVE_INVALID.*its tables change owner with.*Run: banyan advance admin/);
  });

  test('acceptance scenarios A1 to A8, and those that edit, hold at full canary', async () => {
    const wanted = ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A31', 'A33', 'A34'];
    const results = await runAcceptance(wanted);
    expect(results.map(({ id }) => id)).toEqual(wanted);
    expect(results.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
  });

  test('one command takes it back', async () => {
    expect(await system.back({ to: 'planned' })).toMatchObject({ done: true });
    expect((await fetch(`${system.gatewayUrl}/api/questions/1`)).status).toBe(200);
  });
});

/** Reads of every kind by one reader; the first also edits now and then, as an administrator. */
async function readMany(lane: number, count: number): Promise<void> {
  const headers = { 'user-agent': `reader ${lane}` };
  for (let turn = 0; turn < count; turn += 1) {
    const id = 1 + ((turn * 7 + lane) % 48);
    const path = [
      '',
      `/${id}`,
      '/random',
      '?difficulty=hard',
      `/${id}`,
      '?practical=true&questionType=single_choice',
      `/${1000 + id}`,
      '?search=x',
    ][turn % 8];
    await (await fetch(`${system.gatewayUrl}/api/questions${path}`, { headers })).arrayBuffer();
    if (lane === 0 && turn % 50 === 49) await edit(system.gatewayUrl, id, { topic: `Turn ${turn}` });
  }
}

/** The choices go along: an edit without them removes them. */
async function edit(url: string, id: number, fields: object): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${system.adminToken}` };
  const choices = Array.from({ length: 8 }, (_, at) => ({ choiceText: `choice ${at}`, isGood: at === 0 }));
  const answer = await fetch(`${url}/api/admin/questions/${id}`, { method: 'PUT', headers, body: JSON.stringify({ ...fields, choices }) });
  if (answer.status !== 200) throw new Error(`The edit of question ${id} was answered with ${answer.status}: ${await answer.text()}`);
}

async function topicOf(url: string, id: number, headers: Record<string, string> = {}): Promise<string> {
  return ((await (await fetch(`${url}/api/questions/${id}`, { headers })).json()) as { topic: string }).topic;
}

function totals(shadow: Awaited<ReturnType<WholeSystem['shadow']>>): { compared: number; dropped: number; isSettled: boolean } {
  const known = routes.flatMap((route) => shadow[route] ?? []);
  const sum = (of: (route: (typeof known)[number]) => number) => known.reduce((total, route) => total + of(route), 0);
  return {
    compared: sum((it) => it.compared),
    dropped: sum((it) => it.dropped),
    isSettled: known.length === routes.length && sum((it) => it.undecided) === 0,
  };
}

async function runAcceptance(only: readonly string[]): Promise<{ id: string; outcome: string; reason?: string }[]> {
  const entry = fileURLToPath(new URL('../../../acceptance/dist/main.js', import.meta.url));
  const child = spawn(process.execPath, [entry, '--json', '--only', only.join()], {
    env: { ...process.env, ACCEPTANCE_TARGET: JSON.stringify(system.acceptanceTarget) },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  if (!output.startsWith('{')) throw new Error(`The acceptance program says: ${output}`);
  return (JSON.parse(output) as { results: { id: string; outcome: string; reason?: string }[] }).results;
}
