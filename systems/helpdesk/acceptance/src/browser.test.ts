import { createAcceptanceTarget, runScenarios, type ScenarioResult } from '@banyan/proof';
import { isWithoutBrowser } from '@banyan/proof/browser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserJourneys, journeyTimeoutMs } from './browser/journeys.ts';
import { type LocalSystem, startLocalSystem } from './local-system.ts';

describe.skipIf(isWithoutBrowser())('the web client, before the monolith', () => {
  let system: LocalSystem;
  let results: ScenarioResult[];

  beforeAll(async () => {
    system = await startLocalSystem({ withWeb: true });
    const target = createAcceptanceTarget(system.target);
    results = await runScenarios(browserJourneys(system.webUrl ?? ''), target, { timeoutMs: journeyTimeoutMs });
    await target.close();
  }, 300_000);

  afterAll(() => system?.stop());

  test.each(browserJourneys('').map(({ id, title }) => [id, title]))('%s %s', (id) => {
    const result = results.find((candidate) => candidate.id === id);
    expect(result?.reason).toBeUndefined();
    expect(result?.outcome).toBe('passed');
  });
});
