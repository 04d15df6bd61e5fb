/** A notification service as the owner of the queue, with a mail server that can be told what to do wrong. */
import { fileURLToPath } from 'node:url';
import { writeEvents, type WrittenEvent } from '@banyan/outbox';
import { createMailStandIn, freePort, type MailStandIn, startProgram } from '@banyan/proof';
import { type RunningServiceProgram, startServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';

export const serviceSecret = 'a secret that the services share';
export const sealSecret = 'a secret of who seals and who sends mails';

export interface NotificationWorld {
  /** Its own, which is the broker as well. */
  readonly database: TestDatabase;
  readonly mail: MailStandIn;
  readonly service: RunningServiceProgram;
  /** As if a service had published them. */
  tell(...events: readonly WrittenEvent[]): Promise<void>;
  /** Whose the queue is. */
  own(owner: string): Promise<void>;
  /** Another instance, beside the one that runs. */
  startAnother(): Promise<RunningServiceProgram>;
  stop(): Promise<void>;
}

export async function startNotificationWorld(): Promise<NotificationWorld> {
  const [database, mailPort, smtpPort] = await Promise.all([createTestDatabase(), freePort(), freePort()]);
  const mailUrl = `http://127.0.0.1:${mailPort}`;
  const standIns = await startProgram({
    name: 'stand-ins',
    entry: pathOf('../../../../../../apps/standins/dist/main.js'),
    environment: { STANDINS_CONFIG: JSON.stringify({ mailPort, smtpPort }) },
    readyUrl: `${mailUrl}/health`,
  });
  const mail = createMailStandIn(mailUrl);
  const start = () =>
    startServiceProgram({
      name: 'notification',
      entry: pathOf('../../dist/main.js'),
      environment: {
        DATABASE_URL: database.url,
        BROKER_URL: database.url,
        SERVICE_SECRET: serviceSecret,
        SEAL_SECRET: sealSecret,
        FRONTEND_BASE_URL: 'http://localhost:8080',
        STAFF_NOTIFY_EMAIL: 'staff@example.test',
        SMTP_HOST: '127.0.0.1',
        SMTP_PORT: String(smtpPort),
        SWEEP_EVERY_MS: '100',
      },
    });
  const service = await start();
  const others: RunningServiceProgram[] = [];
  const own = async (owner: string) => {
    const text = `insert into banyan.owners (extraction, owner) values ('notification', $1) on conflict (extraction) do update set owner = excluded.owner`;
    await database.query(text, [owner]);
  };
  await own('notification');
  return {
    database,
    mail,
    service,
    tell: (...events) => {
      const query = async (text: string, values?: readonly unknown[]) => {
        const { rows, rowCount } = await database.query(text, values);
        return { rows: rows as never[], rowCount };
      };
      return writeEvents({ query }, '/helpdesk/test', events);
    },
    own,
    startAnother: async () => {
      const another = await start();
      others.push(another);
      return another;
    },
    stop: async () => {
      await mail.close();
      await Promise.all([service, ...others].map(({ program }) => program.stop()));
      await standIns.stop();
      await database.close();
    },
  };
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
