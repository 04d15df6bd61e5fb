// Program: runs the suite against a system that is up; with --browser the journeys at its web client.
import { runAcceptanceProgram } from '@banyan/proof';
import { browserJourneys, journeyTimeoutMs } from './browser/journeys.ts';
import { exemptions } from './exemptions.ts';
import { scenarios } from './index.ts';

await runAcceptanceProgram({
  scenarios,
  exemptions,
  required: ['mailUrl'],
  others: { browser: { field: 'webUrl', timeoutMs: journeyTimeoutMs, scenarios: (webUrl) => browserJourneys(webUrl as string) } },
});
