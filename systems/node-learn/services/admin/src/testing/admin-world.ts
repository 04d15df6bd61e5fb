/** The programs a test of admin needs, on databases of their own: admin, question, auth, and the monolith with the same bank and the same users. */
import { fileURLToPath } from 'node:url';
import { createTokens } from '@banyan/identity';
import { freePort, type Program, type ProgramOptions, startProgram } from '@banyan/proof';
import { type RunningServer, startMonolithProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';

const jwtSecret = 'a secret that monolith and service share';
const shared = { JWT_SECRET: jwtSecret, SERVICE_SECRET: 'a secret that only the services share' };
const google = {
  GOOGLE_CLIENT_ID: 'client',
  GOOGLE_CLIENT_SECRET: 'secret',
  GOOGLE_CALLBACK_URL: 'http://127.0.0.1:3000/api/auth/google/callback',
  FRONTEND_URL: 'http://127.0.0.1:4200',
};

type Service = 'admin' | 'question' | 'auth';

export interface AdminWorld {
  readonly databases: Readonly<Record<Service | 'monolith' | 'broker', TestDatabase>>;
  readonly monolith: RunningServer;
  readonly adminPort: number;
  /** Ends a service, if it still runs, and starts it on the same ports, with other settings if so given. */
  restart(service: Service, environment?: ProgramOptions['environment']): Promise<void>;
  stop(): Promise<void>;
}

export async function startAdminWorld(): Promise<AdminWorld> {
  const names = ['admin', 'question', 'auth', 'monolith', 'broker'] as const;
  const made = await Promise.all(names.map(async (name) => [name, await createTestDatabase()] as const));
  const databases = Object.fromEntries(made) as AdminWorld['databases'];
  const ports = Object.fromEntries(
    await Promise.all((['admin', 'question', 'auth'] as const).map(async (name) => [name, [await freePort(), await freePort()]] as const)),
  ) as Record<Service, readonly [number, number]>;
  const internalUrl = (name: Service) => `http://127.0.0.1:${ports[name][1]}`;
  const start = (name: Service, environment: ProgramOptions['environment'] = {}) =>
    startProgram({
      name,
      entry: pathOf(`../../../${name}/dist/main.js`),
      environment: {
        ...shared,
        ...google,
        DATABASE_URL: databases[name].url,
        BROKER_URL: databases.broker.url,
        AUTH_URL: internalUrl('auth'),
        QUESTION_URL: internalUrl('question'),
        // A busy machine takes its time to start a service again.
        COMMAND_WITHIN_MS: '60000',
        PORT: String(ports[name][0]),
        INTERNAL_PORT: String(ports[name][1]),
        ...environment,
      },
      readyUrl: `${internalUrl(name)}/health/ready`,
    });
  const [monolith, ...started] = await Promise.all([
    startMonolithProgram({
      directory: pathOf('../../../../monolith/dist'),
      databaseUrl: databases.monolith.url,
      readyPath: '/api',
      environment: { ...google, JWT_SECRET: jwtSecret },
    }),
    start('admin'),
    start('question'),
    start('auth'),
  ]);
  const running = new Map<Service, Program>((['admin', 'question', 'auth'] as const).map((name, at) => [name, started[at]!]));
  for (const database of [databases.monolith, databases.question]) await database.query(bank);
  for (const database of [databases.monolith, databases.auth]) await database.query(users);
  return {
    databases,
    monolith,
    adminPort: ports.admin[0],
    restart: async (service, environment) => {
      await running.get(service)?.stop();
      running.set(service, await start(service, environment));
    },
    stop: async () => {
      for (const program of [...running.values(), monolith.program]) await program.stop();
      for (const database of Object.values(databases)) await database.close();
    },
  };
}

/** A header line of somebody who is signed in. */
export async function bearer(claims: { readonly sub: number; readonly isAdmin?: boolean; readonly email?: string }): Promise<string> {
  const { sub, isAdmin = false, email = `${sub}@example.test` } = claims;
  return `Authorization: Bearer ${await createTokens({ secret: jwtSecret }).issue({ sub, email, name: 'Somebody', isAdmin })}`;
}

/** Triggers rest, so that the rows are the same wherever this runs. */
const bank = `
  set session_replication_role = replica;
  insert into questions (id, question_type, practical, difficulty, topic, question, answer, match_keywords, is_active, created_at, updated_at)
  select n, (enum_range(null::question_type_enum))[1 + n % 3], n % 5 = 0, 'easy', 'Streams', '<p>Why ' || n || '?</p>',
    case when n % 2 = 0 then 'Because ' || n end, case when n % 3 = 2 then array['word ' || n] end, n <> 7,
    timestamptz '2026-01-02 03:04:05.678Z' + n * interval '1 hour', timestamptz '2026-02-03 04:05:06.5Z'
  from generate_series(1, 12) as n;
  insert into choices (id, question_id, choice_text, is_good, explanation)
  select n * 10 + c, n, 'choice ' || c, c = 1, case when c > 2 then 'no' end from generate_series(1, 12) n, generate_series(1, 4) c where n % 3 <> 2;
  select setval('questions_id_seq', 12), setval('choices_id_seq', 130);
  set session_replication_role = origin`;

/** Without the guest, whom the monolith makes with the time of its start. */
const users = `
  delete from users;
  insert into users (id, google_id, email, name, picture, is_admin, created_at, updated_at)
  select n, 'g' || n, n || '@example.test', 'Person ' || n, case when n % 2 = 0 then 'http://pictures.test/' || n end, n = 2,
    timestamp '2026-01-02 03:04:05.678' + n * interval '1 hour', timestamp '2026-02-03 04:05:06'
  from generate_series(2, 6) n`;

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
