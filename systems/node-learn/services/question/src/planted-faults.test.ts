import { plantFault } from '@banyan/proof';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RouteAudit, startRouteAudit } from './testing/route-audit.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let audit: RouteAudit;
beforeAll(async () => {
  audit = await startRouteAudit();
});
afterAll(() => audit?.stop());

const migration = new URL('../../../migration.ts', import.meta.url).href;
const random = `{ method: 'GET', path: '/api/questions/random',`;

test('without a fault each request reaches its owner, and what is inside reaches nobody', async () => {
  expect(await audit.run(plantFault({ name: 'none', changes: [] }))).toEqual([]);
});

test('what is inside reaches nobody in any spelling, at any stage', async () => {
  expect(await audit.runInside(plantFault({ name: 'none', changes: [] }))).toEqual([]);
});

test('F16: a prefix rule that hands everything below /api/questions to the service: the route audit names what it lets through', async () => {
  const text = `path: '/api/questions/:id'`;
  const prefix = plantFault({ name: 'F16: prefix', changes: [{ module: migration, text, replacement: `path: '/api/questions/*'` }] });
  expect(await audit.run(prefix)).toEqual(
    ['internal/questions', '1/answer', '1/ref', 'admin/1']
      .map((rest) => `GET /api/questions/${rest}: question instead of maintenance`)
      .concat(
        'GET /API/Questions/Admin/1/: question instead of maintenance',
        'GET /api//questions/admin//1: question instead of maintenance',
        'GET /api/questions/%61dmin/1: question instead of maintenance',
      ),
  );
});

test('F16: a rule for /internal: the route audit names what it lets through', async () => {
  const replacement = `{ method: 'GET', path: '/internal/*', effect: reads('public.questions') }, ${random}`;
  const inside = plantFault({ name: 'F16: /internal', changes: [{ module: migration, text: random, replacement }] });
  const found = await audit.run(inside);
  expect(found).toContain('GET /internal/questions/1/answer: question instead of maintenance');
  expect(found.every((line) => line.startsWith('GET /internal/'))).toBe(true);
  const inAnySpelling = await audit.runInside(inside);
  for (const line of ['owner: GET /INTERNAL/QUESTIONS reached question', 'retired: GET //internal/questions reached question'])
    expect(inAnySpelling).toContain(line);
});
