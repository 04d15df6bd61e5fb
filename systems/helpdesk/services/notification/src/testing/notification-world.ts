/** A notification service as the owner of the queue, with a mail server that can be told what to do wrong. */
import { fileURLToPath } from 'node:url';
import { type WrittenEvent, writeEvents } from '@banyan/outbox';
import { createMailStandIn, freePort, type MailStandIn, type Program, type ProgramOptions, startProgram } from '@banyan/proof';
import { type RunningServiceProgram, startServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';

export const serviceSecret = 'a secret that the services share';
export const sealSecret = 'a secret of who seals and who sends mails';

export type StartOptions = Pick<ProgramOptions, 'environment' | 'nodeArguments'>;

export interface NotificationWorld {
  /** Its own, which is the broker as well. */
  readonly database: TestDatabase;
  readonly mail: MailStandIn;
  /** Where mails are sent to, as programs are told it. */
  readonly smtp: Readonly<Record<'SMTP_HOST' | 'SMTP_PORT', string>>;
  /** The one that was started last. */
  readonly service: RunningServiceProgram;
  /** As if a service had published them. */
  tell(...events: readonly WrittenEvent[]): Promise<void>;
  /** Whose the queue is. */
  own(owner: string): Promise<void>;
  /** In place of all that run. */
  restart(options?: StartOptions): Promise<void>;
  /** Another instance, beside those that run. */
  startAnother(options?: StartOptions): Promise<RunningServiceProgram>;
  /** The mail server goes, and what it was given with it. */
  mailGoes(): Promise<void>;
  mailComes(): Promise<void>;
  stop(): Promise<void>;
}

export async function startNotificationWorld(options?: StartOptions): Promise<NotificationWorld> {
  const [database, mailPort, smtpPort] = await Promise.all([createTestDatabase(), freePort(), freePort()]);
  const smtp = { SMTP_HOST: '127.0.0.1', SMTP_PORT: String(smtpPort) };
  let standIns = await startMailServer(mailPort, smtpPort);
  const mail = createMailStandIn(`http://127.0.0.1:${mailPort}`);
  const instances: RunningServiceProgram[] = [];
  const startAnother = async (more?: StartOptions) => {
    const instance = await startNotification(database, smtp, more);
    instances.push(instance);
    return instance;
  };
  const stopAll = () => Promise.all(instances.splice(0).map(({ program }) => program.stop()));
  const own = async (owner: string) => {
    const text = `insert into banyan.owners (extraction, owner) values ('notification', $1) on conflict (extraction) do update set owner = excluded.owner`;
    await database.query(text, [owner]);
  };
  await startAnother(options);
  await own('notification');
  return {
    database,
    mail,
    smtp,
    get service() {
      return instances.at(-1)!;
    },
    tell: (...events) => {
      const query = async (text: string, values?: readonly unknown[]) => {
        const { rows, rowCount } = await database.query(text, values);
        return { rows: rows as never[], rowCount };
      };
      return writeEvents({ query }, '/helpdesk/test', events);
    },
    own,
    restart: async (more) => {
      await stopAll();
      await startAnother(more);
    },
    startAnother,
    mailGoes: () => standIns.stop(),
    mailComes: async () => {
      standIns = await startMailServer(mailPort, smtpPort);
    },
    stop: async () => {
      await mail.close();
      await stopAll();
      await standIns.stop();
      await database.close();
    },
  };
}

/** The monolith's, on a database of its own or any that has its queue. */
export function startMailer(databaseUrl: string, smtp: NotificationWorld['smtp']): Promise<Program> {
  return startProgram({
    name: 'mailer',
    entry: pathOf('../../../../monolith/dist/mailer.js'),
    environment: { DATABASE_URL: databaseUrl, ...smtp, POLL_INTERVAL_MS: '100' },
    readyText: 'The mailer polls',
  });
}

function startMailServer(mailPort: number, smtpPort: number): Promise<Program> {
  return startProgram({
    name: 'stand-ins',
    entry: pathOf('../../../../../../apps/standins/dist/main.js'),
    environment: { STANDINS_CONFIG: JSON.stringify({ mailPort, smtpPort }) },
    readyUrl: `http://127.0.0.1:${mailPort}/health`,
  });
}

function startNotification(
  { url }: TestDatabase,
  smtp: NotificationWorld['smtp'],
  options: StartOptions = {},
): Promise<RunningServiceProgram> {
  return startServiceProgram({
    ...options,
    name: 'notification',
    entry: pathOf('../../dist/main.js'),
    environment: {
      DATABASE_URL: url,
      BROKER_URL: url,
      SERVICE_SECRET: serviceSecret,
      SEAL_SECRET: sealSecret,
      FRONTEND_BASE_URL: 'http://localhost:8080',
      STAFF_NOTIFY_EMAIL: 'staff@example.test',
      ...smtp,
      SWEEP_EVERY_MS: '100',
      ...options.environment,
    },
  });
}

export function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
