// Program: runs the suite against a system that is up; with --browser the journeys at its front end, with --security who may do what.
import { runAcceptanceProgram } from '@banyan/proof';
import { exemptions } from './exemptions.ts';
import { browserJourneys } from './browser/journeys.ts';
import { scenarios } from './index.ts';
import { securityScenarios } from './security/index.ts';
import type { Surroundings } from '@banyan/proof/security-scenarios';

await runAcceptanceProgram({
  scenarios,
  exemptions,
  required: ['googleUrl'],
  others: {
    browser: { field: 'webUrl', scenarios: (webUrl) => browserJourneys(webUrl as string) },
    // One of them asks some thousand requests.
    security: { field: 'surroundings', timeoutMs: 120_000, scenarios: (surroundings) => securityScenarios(surroundings as Surroundings) },
  },
});
