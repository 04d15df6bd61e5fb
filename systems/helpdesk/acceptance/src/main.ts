// Program: runs the suite against a system that is up; with --browser the journeys at its web client, with --security who may do what.
import { runAcceptanceProgram } from '@banyan/proof';
import type { Surroundings } from '@banyan/proof/security-scenarios';
import { browserJourneys, journeyTimeoutMs } from './browser/journeys.ts';
import { exemptions } from './exemptions.ts';
import { scenarios } from './index.ts';
import { securityScenarios } from './security/index.ts';

await runAcceptanceProgram({
  scenarios,
  exemptions,
  required: ['mailUrl'],
  others: {
    browser: { field: 'webUrl', timeoutMs: journeyTimeoutMs, scenarios: (webUrl) => browserJourneys(webUrl as string) },
    // One of them asks some thousand requests, of which some cost a password's hash.
    security: { field: 'surroundings', timeoutMs: 240_000, scenarios: (surroundings) => securityScenarios(surroundings as Surroundings) },
  },
});
