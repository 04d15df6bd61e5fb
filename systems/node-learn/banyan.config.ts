/** Node-Learn's programs, databases and settings: the one source for local runs and deployment. */

import { defineSystem } from '@banyan/migration/system';
import type { ProgramFacts } from '@banyan/migration/system';

export default defineSystem({
  name: 'node-learn',
  title: 'Node-Learn',
  migration: './migration.ts',
  programs: {
    monolith: {
      role: 'monolith',
      directory: './monolith',
      entry: 'dist/main.js',
      schema: { entry: 'dist/schema.js' },
      database: 'node_learn',
      readyPath: '/api',
      environment: (facts) => ({
        ...signIn(facts),
        PORT: String(facts.port),
        TZ: 'UTC',
        PGTZ: 'UTC',
        POSTGRES_HOST: facts.database.host,
        POSTGRES_PORT: String(facts.database.port),
        POSTGRES_DB: facts.database.name,
        POSTGRES_USER: facts.database.user,
        POSTGRES_PASSWORD: facts.database.password,
      }),
    },
    auth: {
      role: 'service',
      directory: './services/auth',
      entry: 'dist/main.js',
      database: 'auth_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...signIn(facts),
        PORT: String(facts.port),
        INTERNAL_PORT: String(facts.internalPort),
        TZ: 'UTC',
        PGTZ: 'UTC',
        DATABASE_URL: facts.database.url,
        // Left to itself V8 takes 140 MB at rest and 300 MB under load for a heap of 50 MB.
        NODE_OPTIONS: '--max-old-space-size=96 --max-semi-space-size=2',
      }),
    },
  },
  standins: ['google'],
  secrets: ['JWT_SECRET'],
  traffic: { directory: './traffic', entry: 'dist/main.js', seedEntry: 'dist/seed.js' },
  acceptance: { directory: './acceptance', entry: 'dist/main.js' },
});

/** Monolith and auth sign the same tokens for the same front end, so that a user notices no move. */
function signIn(facts: ProgramFacts): Record<string, string> {
  const google = facts.standins['google'];
  return {
    JWT_SECRET: facts.secrets['JWT_SECRET'] ?? '',
    GOOGLE_CLIENT_ID: process.env['GOOGLE_CLIENT_ID'] ?? 'local-client',
    GOOGLE_CLIENT_SECRET: process.env['GOOGLE_CLIENT_SECRET'] ?? 'local-secret',
    GOOGLE_CALLBACK_URL: `${facts.gatewayUrl}/api/auth/google/callback`,
    // The product's own front end is not part of this system; the stand-in shows what it would be given.
    FRONTEND_URL: process.env['FRONTEND_URL'] ?? (google === undefined ? facts.gatewayUrl : `${google}/front-end`),
    // Without the stand-in both sides use Google's own addresses.
    ...(google === undefined
      ? {}
      : {
          GOOGLE_AUTHORIZE_URL: `${google}/o/oauth2/v2/auth`,
          GOOGLE_TOKEN_URL: `${google}/oauth2/v4/token`,
          GOOGLE_USERINFO_URL: `${google}/oauth2/v3/userinfo`,
        }),
  };
}
