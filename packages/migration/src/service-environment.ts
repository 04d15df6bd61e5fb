/** The variables that services of every system are told by the same names; for `environment` in `banyan.config.ts`. */
import type { ProgramFacts } from './system.ts';

/** Where it listens, its database, the broker, and the secret that services share (`SERVICE_SECRET`, where the system has one). Times are UTC. */
export function serviceEnvironment(facts: ProgramFacts): Record<string, string> {
  return {
    PORT: String(facts.port),
    INTERNAL_PORT: String(facts.internalPort),
    TZ: 'UTC',
    PGTZ: 'UTC',
    DATABASE_URL: facts.database.url,
    BROKER_URL: facts.brokerUrl,
    SERVICE_SECRET: facts.secrets['SERVICE_SECRET'] ?? '',
    // Left to itself V8 takes 140 MB at rest and 300 MB under load for a heap of 50 MB.
    NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=2',
  };
}

/** Where the other services are asked: `QUIZ_URL` is the internal port of `quiz`. */
export function neighbourEnvironment({ internalUrls }: ProgramFacts): Record<string, string> {
  return Object.fromEntries(Object.entries(internalUrls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]));
}

/** Who knows whether what a service has written has reached the monolith; as `flowBackSettings` of @banyan/service. */
export function flowBackEnvironment({ controllerUrl, controllerToken }: ProgramFacts): Record<string, string> {
  return { CONTROLLER_URL: controllerUrl, CONTROLLER_TOKEN: controllerToken };
}

/** `FLAGS` that mend what was wrong with the monolith: on once it is off and somebody has said so. */
export function corrections(facts: ProgramFacts, ...flags: readonly string[]): Record<string, string> {
  return { FLAGS: facts.corrections ? flags.join(',') : '' };
}
