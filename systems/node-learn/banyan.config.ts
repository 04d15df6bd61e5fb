/** Node-Learn's programs, databases and settings: the one source for local runs and deployment. */

import { corrections, flowBackEnvironment, neighbourEnvironment, serviceEnvironment } from '@banyan/migration/service-environment';
import { defineSystem } from '@banyan/migration/system';
import type { ProgramFacts } from '@banyan/migration/system';
import { contracts } from '@node-learn/contracts/system';

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
        ...serviceEnvironment(facts),
        ...signIn(facts),
        ...corrections(facts, 'auth.profile401', 'auth.oauthState'),
      }),
    },
    question: {
      role: 'service',
      directory: './services/question',
      entry: 'dist/main.js',
      database: 'question_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...serviceEnvironment(facts),
        ...corrections(facts, 'questions.search', 'questions.topicFilter', 'questions.hideExplanation', 'questions.refuseBodyIds'),
      }),
    },
    quiz: {
      role: 'service',
      directory: './services/quiz',
      entry: 'dist/main.js',
      database: 'quiz_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...serviceEnvironment(facts),
        ...neighbourEnvironment(facts),
        ...flowBackEnvironment(facts),
        JWT_SECRET: facts.secrets['JWT_SECRET'] ?? '',
        GATEWAY_URL: facts.gatewayUrl,
        ...corrections(facts, 'stats.ownOnly'),
      }),
    },
    achievement: {
      role: 'service',
      directory: './services/achievement',
      entry: 'dist/main.js',
      database: 'achievement_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...serviceEnvironment(facts),
        ...neighbourEnvironment(facts),
        ...corrections(facts, 'achievements.progressTotals'),
      }),
    },
    leaderboard: {
      role: 'service',
      directory: './services/leaderboard',
      entry: 'dist/main.js',
      database: 'leaderboard_db',
      readyPath: '/health/ready',
      environment: (facts) => ({
        ...serviceEnvironment(facts),
        ...neighbourEnvironment(facts),
        JWT_SECRET: facts.secrets['JWT_SECRET'] ?? '',
        ...corrections(facts, 'leaderboard.keepBest', 'leaderboard.sanity', 'leaderboard.tokenUser'),
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
        ...corrections(facts, 'admin.questionsGuard', 'admin.strictErrors'),
      }),
    },
    maintenance: {
      role: 'service',
      directory: './services/maintenance',
      entry: 'dist/main.js',
      database: 'maintenance_db',
      readyPath: '/health/ready',
      environment: (facts) => ({ ...serviceEnvironment(facts), ...neighbourEnvironment(facts) }),
    },
  },
  standins: ['google'],
  broker: 'embedded',
  contracts,
  secrets: ['JWT_SECRET', 'SERVICE_SECRET'],
  web: {
    directory: './web',
    entry: 'dist/server/main.js',
    readyPath: '/health',
    environment: (facts) => ({
      PORT: String(facts.port),
      API_URL: facts.gatewayUrl,
      NODE_OPTIONS: '--max-old-space-size=48 --max-semi-space-size=1',
    }),
  },
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
    FRONTEND_URL: process.env['FRONTEND_URL'] ?? facts.webUrl ?? facts.gatewayUrl,
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
