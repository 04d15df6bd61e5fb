// Starts the monolith and its mailer as they stand, beside a local mail server, a fresh database and, where wanted, the web client, for a run that needs nothing else.
import { fileURLToPath } from 'node:url';
import { type AcceptanceTargetOptions, defectsOf, freePort, type Program, startProgram } from '@banyan/proof';
import { startMonolithProgram } from '@banyan/proof/server-program';
import { createTestDatabase } from '@banyan/proof/test-database';
import { exemptions } from './exemptions.ts';

export interface LocalSystem {
  readonly target: AcceptanceTargetOptions;
  /** Of the web client, which asks the monolith without a gateway. */
  readonly webUrl?: string;
  /** Of the monolith, without PORT. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const jwtSecret = 'a secret of the acceptance run, 32 bytes and more';
const staffEmail = 'staff@example.test';
const built = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Needs BANYAN_TEST_POSTGRES_URL (see createTestDatabase), the built monolith and stand-ins and, for `withWeb`, the built web client. */
export async function startLocalSystem({ withWeb = false }: { readonly withWeb?: boolean } = {}): Promise<LocalSystem> {
  const [database, mailPort, smtpPort, webPort] = await Promise.all([createTestDatabase(), freePort(), freePort(), freePort()]);
  const frontendUrl = `http://localhost:${webPort}`;
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
  const url = `http://127.0.0.1:${port}`;
  const web = withWeb ? await startWeb(webPort, url) : undefined;
  return {
    ...(web && { webUrl: frontendUrl }),
    target: {
      url,
      mailUrl,
      jwtSecret,
      databases: { monolith: database.url },
      defects: defectsOf(exemptions, {}),
      settings: { frontendUrl, staffEmail },
    },
    environment,
    stop: async () => {
      await Promise.all([web?.stop(), mailer.stop(), program.stop()]);
      await standIns.stop();
      await database.close();
    },
  };
}

function startWeb(port: number, apiUrl: string): Promise<Program> {
  return startProgram({
    name: 'web',
    entry: built('web/dist/server/main.js'),
    environment: { PORT: String(port), API_URL: apiUrl },
    readyUrl: `http://127.0.0.1:${port}/health`,
  });
}
