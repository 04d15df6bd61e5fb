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
    results = await runScenarios(scenarios, target, { parallel: 6 });
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

  test('it leaves nobody and nothing behind but its first administrator', async () => {
    const count = async (table: string) =>
      (await target.control.sql<{ rows: number }>(table, `select count(*)::int as rows from ${table}`))[0]?.rows;
    expect([await count('users'), await count('tickets'), await count('ticket_comments'), await count('password_reset_tokens')]).toEqual([
      1, 0, 0, 0,
    ]);
    // Of the administrator: the sign-up and its mail.
    expect([await count('audit_events'), await count('email_outbox')]).toEqual([1, 1]);
  });
});
