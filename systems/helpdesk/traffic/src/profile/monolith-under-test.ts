// The monolith with its mailer beside a local mail server on a fresh database with the data set, as far as tests of the traffic need it.
import { fileURLToPath } from 'node:url';
import { freePort, startProgram } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';

export interface MonolithUnderTest {
  readonly url: string;
  readonly mailUrl: string;
  readonly database: TestDatabase;
  readonly monolith: { kill(): Promise<void>; start(): Promise<void> };
  stop(): Promise<void>;
}

const built = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export async function startMonolithUnderTest(): Promise<MonolithUnderTest> {
  const [database, port, mailPort, smtpPort] = await Promise.all([createTestDatabase(), freePort(), freePort(), freePort()]);
  const [url, mailUrl] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${mailPort}`];
  const environment = {
    PORT: String(port),
    DATABASE_URL: database.url,
    JWT_SECRET: 'a secret of the traffic test, 32 bytes and more',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(smtpPort),
    POLL_INTERVAL_MS: '250',
    NODE_ENV: 'production',
  };
  await startProgram({ name: 'schema', entry: built('monolith/dist/schema.js'), environment });
  await startProgram({ name: 'data set', entry: built('traffic/dist/seed.js'), environment });
  const standIns = await startProgram({
    name: 'stand-ins',
    entry: built('../../apps/standins/dist/main.js'),
    environment: { STANDINS_CONFIG: JSON.stringify({ mailPort, smtpPort }) },
    readyUrl: `${mailUrl}/health`,
  });
  const mailer = await startProgram({
    name: 'mailer',
    entry: built('monolith/dist/mailer.js'),
    environment,
    readyText: 'The mailer polls',
  });
  const start = () => startProgram({ name: 'monolith', entry: built('monolith/dist/main.js'), environment, readyUrl: `${url}/health` });
  let monolith = await start();
  return {
    url,
    mailUrl,
    database,
    monolith: {
      kill: () => monolith.kill(),
      start: async () => {
        monolith = await start();
      },
    },
    stop: async () => {
      await Promise.all([monolith.stop(), mailer.stop()]);
      await standIns.stop();
      await database.close();
    },
  };
}
