/** The two programs of the small system; tests of the controller start them themselves, the command line by what is said here. */

import { defineSystem } from '@banyan/migration/system';
import type { ProgramFacts } from '@banyan/migration/system';
import { events } from './events.ts';

const program = { directory: '../../../dist/testing/small-system', entry: 'users-program.js', readyPath: '/ready' } as const;

const about = { title: 'Small', version: '1.0.0', description: 'What happens in a small system.' };

export default defineSystem({
  // Several may run on one PostgreSQL at once, each test its own.
  name: process.env['SMALL_SYSTEM'] ?? 'small',
  title: 'Small',
  migration: './migration.ts',
  programs: {
    monolith: { ...program, role: 'monolith', database: 'small', environment: environmentOf },
    accounts: {
      ...program,
      role: 'service',
      database: 'accounts',
      environment: (facts) => ({
        ...environmentOf(facts),
        INTERNAL_PORT: String(facts.internalPort),
        FAULT: process.env['SMALL_FAULT'] ?? '',
        ...(process.env['SMALL_ASKS'] === 'the monolith' ? whoIsAsked(facts) : {}),
      }),
    },
  },
  standins: [],
  contracts: { api: about, messages: about, endpointsByService: {}, events },
  secrets: [],
});

function environmentOf({ port, database }: ProgramFacts): Record<string, string> {
  return { PORT: String(port), DATABASE_URL: database.url };
}

/** The service leaves to the monolith what it has not taken over. */
function whoIsAsked({ gatewayUrl, controllerUrl, controllerToken }: ProgramFacts): Record<string, string> {
  return { GATEWAY_URL: gatewayUrl, CONTROLLER_URL: controllerUrl, CONTROLLER_TOKEN: controllerToken };
}
