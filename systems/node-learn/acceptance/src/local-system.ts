// Starts the monolith as it stands, beside a local Google and a fresh database, for a run that needs nothing else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AcceptanceTargetOptions, defectsOf, freePort, startProgram } from '@banyan/proof';
import { createTestDatabase } from '@banyan/proof/test-database';
import { exemptions } from './exemptions.ts';

export interface LocalSystem {
  /** What is killed is started again. */
  readonly target: AcceptanceTargetOptions;
  /** Of the monolith, without PORT. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const jwtSecret = 'a secret of the acceptance run, 32 bytes and more';
const built = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** One question of every class, so that no scenario masters a class by accident. */
const smallBank = `
  insert into questions (question_type, difficulty, practical, topic, question, answer)
  select question_type, difficulty, practical, 'Ballast', '<p>Ballast</p>', 'Ballast'
  from unnest(enum_range(null::question_type_enum)) as question_type, unnest(enum_range(null::difficulty_enum)) as difficulty,
       unnest(array[true, false]) as practical`;

/** Needs BANYAN_TEST_POSTGRES_URL (see createTestDatabase) and the built monolith and stand-ins. */
export async function startLocalSystem(): Promise<LocalSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'node-learn-acceptance-'));
  const [database, port, googlePort] = await Promise.all([createTestDatabase(), freePort(), freePort()]);
  const url = `http://127.0.0.1:${port}`;
  const googleUrl = `http://127.0.0.1:${googlePort}`;
  const environment = environmentOf(database.url, url, googleUrl);
  const clockFile = join(folder, 'clock');
  await startProgram({ name: 'schema', entry: built('monolith/dist/schema.js'), environment });
  await database.query(smallBank);
  // The first sign-in of an empty database collides with the guest's id (D1); with any data set it does not.
  await database.query(`select setval(pg_get_serial_sequence('users', 'id'), 100)`);
  const google = await startProgram({
    name: 'stand-ins',
    entry: built('../../apps/standins/dist/main.js'),
    environment: { STANDINS_CONFIG: JSON.stringify({ googlePort }) },
    readyUrl: `${googleUrl}/health`,
  });
  const startMonolith = () =>
    startProgram({
      name: 'monolith',
      entry: built('monolith/dist/main.js'),
      environment: { ...environment, PORT: String(port), BANYAN_CLOCK_FILE: clockFile },
      nodeArguments: ['--import', import.meta.resolve('@banyan/proof/clock-preload')],
      readyUrl: `${url}/api`,
    });
  let monolith = await startMonolith();
  const kill = async () => {
    await monolith.kill();
    monolith = await startMonolith();
  };
  return {
    target: { url, googleUrl, jwtSecret, databases: { monolith: database.url }, clockFile, defects: defectsOf(exemptions, {}), kill },
    environment,
    stop: async () => {
      await Promise.all([monolith.stop(), google.stop()]);
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Another one on the same database, told something else by its environment. */
export async function startSecondMonolith(
  system: LocalSystem,
  changes: Record<string, string>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { ...system.environment, ...changes, PORT: String(port) };
  const program = await startProgram({
    name: 'second monolith',
    entry: built('monolith/dist/main.js'),
    environment,
    readyUrl: `${url}/api`,
  });
  return { url, stop: () => program.stop() };
}

function environmentOf(databaseUrl: string, url: string, googleUrl: string): Record<string, string> {
  const database = new URL(databaseUrl);
  return {
    POSTGRES_HOST: database.hostname,
    POSTGRES_PORT: database.port,
    POSTGRES_DB: database.pathname.slice(1),
    POSTGRES_USER: decodeURIComponent(database.username),
    POSTGRES_PASSWORD: decodeURIComponent(database.password),
    JWT_SECRET: jwtSecret,
    GOOGLE_CLIENT_ID: 'acceptance',
    GOOGLE_CLIENT_SECRET: 'acceptance-secret',
    GOOGLE_CALLBACK_URL: `${url}/api/auth/google/callback`,
    GOOGLE_AUTHORIZE_URL: `${googleUrl}/o/oauth2/v2/auth`,
    GOOGLE_TOKEN_URL: `${googleUrl}/oauth2/v4/token`,
    GOOGLE_USERINFO_URL: `${googleUrl}/oauth2/v3/userinfo`,
    FRONTEND_URL: 'http://localhost:4200',
    TZ: 'UTC',
  };
}
