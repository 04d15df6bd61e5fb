/** The two programs of the small system; the test starts them itself, the controller needs only their names. */

import { defineSystem } from '@banyan/migration/system';

export default defineSystem({
  // Several may run on one PostgreSQL at once, each test its own.
  name: process.env['SMALL_SYSTEM'] ?? 'small',
  title: 'Small',
  migration: './migration.ts',
  programs: {
    monolith: {
      role: 'monolith',
      directory: '.',
      entry: 'users-program.js',
      database: 'small',
      readyPath: '/ready',
      environment: () => ({}),
    },
    accounts: {
      role: 'service',
      directory: '.',
      entry: 'users-program.js',
      database: 'accounts',
      readyPath: '/ready',
      environment: () => ({}),
    },
  },
  standins: [],
  secrets: [],
});
