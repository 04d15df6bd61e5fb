import { type AcceptanceTarget, createAcceptanceTarget, runScenarios, type ScenarioResult } from '@banyan/proof';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scenarios } from './index.ts';
import { type LocalSystem, startLocalSystem } from './local-system.ts';

describe('the monolith, asked directly', () => {
  let system: LocalSystem;
  let target: AcceptanceTarget;
  let results: ScenarioResult[];

  beforeAll(async () => {
    system = await startLocalSystem();
    target = createAcceptanceTarget(system.target);
    results = await runScenarios(scenarios, target);
  });

  afterAll(async () => {
    await target?.close();
    await system?.stop();
  });

  test.each(scenarios.map(({ id, title }) => [id, title]))('%s %s', (id) => {
    const result = results.find((candidate) => candidate.id === id);
    expect(result?.reason).toBeUndefined();
    expect(result?.outcome).toBe('passed');
  });

  test('it leaves nobody and nothing behind but its administrator', async () => {
    const users = await target.control.sql('users', `select google_id from users where google_id like 'acceptance-%'`);
    expect(users).toEqual([{ google_id: 'acceptance-admin' }]);
    const [left] = await target.control.sql(
      'questions',
      `select count(*)::int as questions from questions where topic in ('Acceptance', 'Edited', 'Alone')`,
    );
    expect(left).toEqual({ questions: 0 });
  });
});
