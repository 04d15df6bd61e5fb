// The monolith beside a local Google on a fresh database, as far as tests of the traffic need it.
import { fileURLToPath } from 'node:url';
import { freePort, startProgram } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';

export interface MonolithUnderTest {
  readonly url: string;
  readonly googleUrl: string;
  readonly database: TestDatabase;
  readonly monolith: { kill(): Promise<void>; start(): Promise<void> };
  stop(): Promise<void>;
}

const built = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export async function startMonolithUnderTest(): Promise<MonolithUnderTest> {
  const [database, port, googlePort] = await Promise.all([createTestDatabase(), freePort(), freePort()]);
  const [url, googleUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${googlePort}`];
  const { hostname, port: databasePort, pathname, username, password } = new URL(database.url);
  const environment = {
    PORT: String(port),
    POSTGRES_HOST: hostname,
    POSTGRES_PORT: databasePort,
    POSTGRES_DB: pathname.slice(1),
    POSTGRES_USER: decodeURIComponent(username),
    POSTGRES_PASSWORD: decodeURIComponent(password),
    JWT_SECRET: 'a secret of the traffic test, 32 bytes and more',
    GOOGLE_CLIENT_ID: 'traffic',
    GOOGLE_CLIENT_SECRET: 'traffic-secret',
    GOOGLE_CALLBACK_URL: `${url}/api/auth/google/callback`,
    GOOGLE_AUTHORIZE_URL: `${googleUrl}/o/oauth2/v2/auth`,
    GOOGLE_TOKEN_URL: `${googleUrl}/oauth2/v4/token`,
    GOOGLE_USERINFO_URL: `${googleUrl}/oauth2/v3/userinfo`,
    FRONTEND_URL: 'http://localhost:4200',
    TZ: 'UTC',
  };
  await startProgram({ name: 'schema', entry: built('monolith/dist/schema.js'), environment });
  await startProgram({ name: 'data set', entry: built('traffic/dist/seed.js'), environment: { DATABASE_URL: database.url } });
  const standIns = { STANDINS_CONFIG: JSON.stringify({ googlePort }) };
  const google = await startProgram({
    name: 'stand-ins',
    entry: built('../../apps/standins/dist/main.js'),
    environment: standIns,
    readyUrl: `${googleUrl}/health`,
  });
  const start = () => startProgram({ name: 'monolith', entry: built('monolith/dist/main.js'), environment, readyUrl: `${url}/api` });
  let monolith = await start();
  return {
    url,
    googleUrl,
    database,
    monolith: {
      kill: () => monolith.kill(),
      start: async () => {
        monolith = await start();
      },
    },
    stop: async () => {
      await Promise.all([monolith.stop(), google.stop()]);
      await database.close();
    },
  };
}
