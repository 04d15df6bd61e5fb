// Starts the monolith and its mailer as they stand, beside a local mail server and a fresh database, for a run that needs nothing else.
import { fileURLToPath } from 'node:url';
import { type AcceptanceTargetOptions, defectsOf, freePort, startProgram } from '@banyan/proof';
import { startMonolithProgram } from '@banyan/proof/server-program';
import { createTestDatabase } from '@banyan/proof/test-database';
import { exemptions } from './exemptions.ts';

export interface LocalSystem {
  readonly target: AcceptanceTargetOptions;
  /** Of the monolith, without PORT. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const jwtSecret = 'a secret of the acceptance run, 32 bytes and more';
const frontendUrl = 'http://localhost:8080';
const staffEmail = 'staff@example.test';
const built = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Needs BANYAN_TEST_POSTGRES_URL (see createTestDatabase) and the built monolith and stand-ins. */
export async function startLocalSystem(): Promise<LocalSystem> {
  const [database, mailPort, smtpPort] = await Promise.all([createTestDatabase(), freePort(), freePort()]);
  const mailUrl = `http://127.0.0.1:${mailPort}`;
  const environment = {
    DATABASE_URL: database.url,
    JWT_SECRET: jwtSecret,
    FRONTEND_BASE_URL: frontendUrl,
    STAFF_NOTIFY_EMAIL: staffEmail,
    NODE_ENV: 'production',
  };
  const standIns = await startProgram({
    name: 'stand-ins',
    entry: built('../../apps/standins/dist/main.js'),
    environment: { STANDINS_CONFIG: JSON.stringify({ mailPort, smtpPort }) },
    readyUrl: `${mailUrl}/health`,
  });
  const { port, program } = await startMonolithProgram({
    directory: built('monolith/dist'),
    databaseUrl: database.url,
    environment,
    readyPath: '/health',
  });
  const mailer = await startProgram({
    name: 'mailer',
    entry: built('monolith/dist/mailer.js'),
    environment: { ...environment, SMTP_HOST: '127.0.0.1', SMTP_PORT: String(smtpPort), POLL_INTERVAL_MS: '250' },
    readyText: 'The mailer polls',
  });
  return {
    target: {
      url: `http://127.0.0.1:${port}`,
      mailUrl,
      jwtSecret,
      databases: { monolith: database.url },
      defects: defectsOf(exemptions, {}),
      settings: { frontendUrl, staffEmail },
    },
    environment,
    stop: async () => {
      await Promise.all([mailer.stop(), program.stop()]);
      await standIns.stop();
      await database.close();
    },
  };
}
