import { createTestDatabase } from '@banyan/proof/test-database';
import { expect, it } from 'vitest';
import { extraction } from './definition.ts';
import { createOwnerNotices } from './owner-notices.ts';
import { planMigration, plannedExtraction } from './plan.ts';

const programs = { badges: { role: 'service' }, quiz: { role: 'service' } } as const;
const tables = [{ source: 'public.badges', target: 'public.badges' }];

it('is found by every service that is told, the last owner last, however often it is told', async () => {
  const [badges, quiz] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const plan = planMigration(
    { system: 's', extractions: [extraction('badges', { service: 'badges', tables, tells: ['badges', 'quiz'] })] },
    { programs },
  );
  const moved = plannedExtraction(plan, 'badges');
  const notices = createOwnerNotices({ badges: badges.url, quiz: quiz.url });
  for (const owner of ['badges', 'monolith', 'badges', 'badges']) await notices.tell(moved, owner);
  for (const database of [badges, quiz]) {
    const { rows } = await database.query('select extraction, owner from banyan.owners');
    expect(rows).toEqual([{ extraction: 'badges', owner: 'badges' }]);
  }
  await Promise.all([badges.close(), quiz.close()]);
});

it('a service that does not exist cannot be told: refused when the migration is planned', () => {
  const wrong = () =>
    planMigration({ system: 's', extractions: [extraction('badges', { service: 'badges', tables, tells: ['quizz'] })] }, { programs });
  expect(wrong).toThrowError(/tells service "quizz".*quiz/);
});
