import { createTestDatabase } from '@banyan/proof/test-database';
import { expect, it } from 'vitest';
import { extraction } from './definition.ts';
import { judgeGates } from './gates.ts';
import { planMigration, plannedExtraction } from './plan.ts';
import { createReplicatedData, streamNameOf } from './replicated-data.ts';
import { stepsForward } from './stages.ts';

it('names streams by system and extraction, within the length of a slot name', () => {
  expect(streamNameOf('node-learn', 'auth')).toBe('node_learn_auth');
  const long = streamNameOf('a-system-with-a-long-name', 'an-extraction-with-a-long-name');
  expect(long).toHaveLength(32);
  expect(long).toMatch(/^[a-z0-9_]+$/);
  expect(streamNameOf('a-system-with-a-long-name', 'an-extraction-with-a-long-nam2')).not.toBe(long);
});

it('finds a table without a key before anything is begun', async () => {
  const [monolith, service] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  for (const database of [monolith, service]) await database.query('create table visits (at timestamptz not null)');
  const tables = [{ source: 'public.visits', target: 'public.visits' }];
  const plan = planMigration(
    { system: 'small', extractions: [extraction('visits', { service: 'visits', tables })] },
    { programs: { visits: { role: 'service' } } },
  );
  const visits = plannedExtraction(plan, 'visits');
  const journal = { read: () => Promise.resolve(undefined), write: () => Promise.resolve(), clear: () => Promise.resolve() };
  const data = createReplicatedData({ system: 'small', extraction: visits, monolith: monolith.url, service: service.url, journal });
  const step = stepsForward(visits.shape, { stage: 'planned', sharePercent: 0 }, { stage: 'replicating', sharePercent: 0 })[0];
  const gates = judgeGates(visits, step as NonNullable<typeof step>, { inspection: await data.inspect(), dependencies: [] });
  expect(gates).toMatchObject([
    { name: 'inspection', status: 'fail', isHard: true, message: expect.stringContaining('public.visits') as string },
  ]);
  await Promise.all([monolith.close(), service.close()]);
});
