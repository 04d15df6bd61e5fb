/** Helpdesk's programs, databases and settings: the one source for local runs and deployment. */

import { corrections, flowBackEnvironment, neighbourEnvironment, serviceEnvironment } from '@banyan/migration/service-environment';
import { defineSystem } from '@banyan/migration/system';
import type { ProgramFacts } from '@banyan/migration/system';
import { contracts } from '@helpdesk/contracts/system';

export default defineSystem({
  name: 'helpdesk',
  title: 'Helpdesk',
  migration: './migration.ts',
  programs: {
    monolith: {
      role: 'monolith',
      directory: './monolith',
      entry: 'dist/main.js',
      schema: { entry: 'dist/schema.js' },
      database: 'helpdesk',
      readyPath: '/health',
      environment: (facts) => ({
        PORT: String(facts.port),
        DATABASE_URL: facts.database.url,
        JWT_SECRET: facts.secrets['JWT_SECRET'] ?? '',
        FRONTEND_BASE_URL: frontEnd(facts),
      }),
    },
    user: {
      role: 'service',
      directory: './services/user',
      entry: 'dist/main.js',
      database: 'users_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...serviceEnvironment(facts),
        JWT_SECRET: facts.secrets['JWT_SECRET'] ?? '',
        SEAL_SECRET: facts.secrets['SEAL_SECRET'] ?? '',
        FRONTEND_BASE_URL: frontEnd(facts),
        ...corrections(facts, 'fix.login_role', 'fix.races', 'fix.validation'),
      }),
    },
    ticket: {
      role: 'service',
      directory: './services/ticket',
      entry: 'dist/main.js',
      database: 'tickets_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...serviceEnvironment(facts),
        ...neighbourEnvironment(facts),
        JWT_SECRET: facts.secrets['JWT_SECRET'] ?? '',
        FRONTEND_BASE_URL: frontEnd(facts),
        ...corrections(facts, 'fix.races', 'fix.validation'),
      }),
    },
    notification: {
      role: 'service',
      directory: './services/notification',
      entry: 'dist/main.js',
      database: 'mails_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...serviceEnvironment(facts),
        ...mailServer(facts),
        SEAL_SECRET: facts.secrets['SEAL_SECRET'] ?? '',
        FRONTEND_BASE_URL: frontEnd(facts),
      }),
    },
    audit: {
      role: 'service',
      directory: './services/audit',
      entry: 'dist/main.js',
      database: 'audit_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...serviceEnvironment(facts),
        ...neighbourEnvironment(facts),
        JWT_SECRET: facts.secrets['JWT_SECRET'] ?? '',
        FRONTEND_BASE_URL: frontEnd(facts),
        ...corrections(facts, 'fix.role_actor'),
      }),
    },
    admin: {
      role: 'service',
      directory: './services/admin',
      entry: 'dist/main.js',
      database: 'admin_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...serviceEnvironment(facts),
        ...neighbourEnvironment(facts),
        JWT_SECRET: facts.secrets['JWT_SECRET'] ?? '',
        FRONTEND_BASE_URL: frontEnd(facts),
        ...corrections(facts, 'dashboard.cache', 'fix.ready_503'),
      }),
    },
    bridge: {
      role: 'service',
      directory: './services/bridge',
      entry: 'dist/main.js',
      database: 'bridge_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...serviceEnvironment(facts),
        ...flowBackEnvironment(facts),
        ...neighbourEnvironment(facts),
        MONOLITH_DATABASE_URL: facts.monolithDatabaseUrl,
        SEAL_SECRET: facts.secrets['SEAL_SECRET'] ?? '',
        FRONTEND_BASE_URL: frontEnd(facts),
      }),
    },
  },
  sidePrograms: {
    mailer: {
      directory: './monolith',
      entry: 'dist/mailer.js',
      readyText: 'The mailer polls',
      environment: (facts) => ({ DATABASE_URL: facts.database.url, ...mailServer(facts) }),
    },
  },
  standins: ['mail'],
  broker: 'embedded',
  contracts,
  secrets: ['JWT_SECRET', 'SERVICE_SECRET', 'SEAL_SECRET'],
  traffic: { directory: './traffic', entry: 'dist/main.js', seedEntry: 'dist/seed.js' },
  acceptance: { directory: './acceptance', entry: 'dist/main.js' },
  web: {
    directory: './web',
    entry: 'dist/server/main.js',
    readyPath: '/health',
    // Its page's paths are those of the API, so it asks from an origin of its own.
    asksGateway: true,
    environment: (facts) => ({
      PORT: String(facts.port),
      API_URL: facts.gatewayUrl,
      NODE_OPTIONS: '--max-old-space-size=48 --max-semi-space-size=1',
    }),
  },
});

/** Where browsers ask from, and where the links in mails lead. */
function frontEnd(facts: ProgramFacts): string {
  return process.env['FRONTEND_BASE_URL'] ?? facts.webUrl ?? 'http://localhost:8080';
}

function mailServer(facts: ProgramFacts): Record<string, string> {
  const { hostname, port } = new URL(facts.standins['smtp'] ?? 'smtp://127.0.0.1:1025');
  return { SMTP_HOST: hostname, SMTP_PORT: port };
}
