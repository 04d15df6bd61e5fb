/** The user service as owner, the monolith beside it with its tables, what flows back between them, and the bridge; and a monolith that does everything itself. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { writeEvents, type WrittenEvent } from '@banyan/outbox';
import { createHttpClient, type HttpClient, startProgram } from '@banyan/proof';
import { startMonolithProgram, startServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';

const shared = {
  JWT_SECRET: 'a secret that monolith and service share',
  SERVICE_SECRET: 'a secret that the services share',
  SEAL_SECRET: 'a secret of who seals and who sends mails',
  FRONTEND_BASE_URL: 'http://localhost:8080',
};

export interface BridgeWorld {
  /** Of the monolith beside the service, of the services, and of the monolith that is alone. */
  readonly databases: Readonly<Record<'monolith' | 'user' | 'ticket' | 'notification' | 'bridge' | 'alone', TestDatabase>>;
  readonly user: HttpClient;
  readonly alone: HttpClient;
  /** As if a service with this source had published them. */
  tell(source: string, events: readonly WrittenEvent[]): Promise<void>;
  /** So many times nobody knows whether rows have flowed back. */
  loseTouch(times: number): void;
  /** The audit service: what was handed over to it, and what it answers to that. */
  readonly audit: { readonly handedOver: unknown[]; status: number };
  stop(): Promise<void>;
}

export async function startBridgeWorld(): Promise<BridgeWorld> {
  const names = ['monolith', 'user', 'ticket', 'notification', 'bridge', 'alone'] as const;
  const made = await Promise.all(names.map(async (name) => [name, await createTestDatabase()] as const));
  const databases = Object.fromEntries(made) as BridgeWorld['databases'];
  const [controller, audit] = await Promise.all([startController(databases), startAudit()]);
  const environment = { ...shared, BROKER_URL: databases.user.url };
  const directory = pathOf('../../../../monolith/dist');
  const aloneStarted = startMonolithProgram({ directory, databaseUrl: databases.alone.url, readyPath: '/health', environment: shared });
  await startProgram({ name: 'schema', entry: `${directory}/schema.js`, environment: { DATABASE_URL: databases.monolith.url } });
  const { url: mailsUrl } = databases.notification;
  const [alone, notification, user] = await Promise.all([
    aloneStarted,
    // It hears of no event, and has no mail server: what is in its queue the bridge has handed over.
    startServiceProgram({
      name: 'notification',
      entry: pathOf('../../../notification/dist/main.js'),
      environment: { ...shared, DATABASE_URL: mailsUrl, BROKER_URL: mailsUrl, SMTP_HOST: '127.0.0.1', SMTP_PORT: '9' },
    }),
    startServiceProgram({
      name: 'user',
      entry: pathOf('../../../user/dist/main.js'),
      environment: { ...environment, DATABASE_URL: databases.user.url },
    }),
  ]);
  // It keeps nothing of anybody here, and says so before somebody is deleted.
  const ticket = await startServiceProgram({
    name: 'ticket',
    entry: pathOf('../../../ticket/dist/main.js'),
    environment: { ...environment, DATABASE_URL: databases.ticket.url, USER_URL: user.internalUrl },
  });
  const bridge = await startServiceProgram({
    name: 'bridge',
    entry: pathOf('../../dist/main.js'),
    environment: {
      ...environment,
      CONTROLLER_URL: controller.url,
      NOTIFICATION_URL: notification.internalUrl,
      AUDIT_URL: audit.url,
      DATABASE_URL: databases.bridge.url,
      MONOLITH_DATABASE_URL: databases.monolith.url,
    },
  });
  const clients = { user: createHttpClient(`http://127.0.0.1:${user.port}`), alone: createHttpClient(`http://127.0.0.1:${alone.port}`) };
  return {
    databases,
    ...clients,
    audit,
    tell: (source, events) => {
      const query = async (text: string, values?: readonly unknown[]) => {
        const { rows, rowCount } = await databases.user.query(text, values);
        return { rows: rows as never[], rowCount };
      };
      return writeEvents({ query }, source, events);
    },
    loseTouch: controller.loseTouch,
    stop: async () => {
      await Promise.all([clients.user.close(), clients.alone.close()]);
      await Promise.all([user, alone, ticket, notification, bridge].map(({ program }) => program.stop()));
      controller.close();
      audit.close();
      await Promise.all(Object.values(databases).map((database) => database.close()));
    },
  };
}

/** Whoever asks whether rows have flowed back is answered when they have. */
async function startController({ user, monolith }: BridgeWorld['databases']) {
  let refused = 0;
  let flowing: Promise<void> = Promise.resolve();
  const server = createServer((_request, response) => {
    if (refused > 0) {
      refused -= 1;
      response.writeHead(503).end();
      return;
    }
    flowing = flowing.then(() => flowBack(user, monolith));
    flowing.then(
      () => response.writeHead(200).end('{}'),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
  return { ...(await listen(server)), loseTouch: (times: number) => (refused = times) };
}

async function startAudit() {
  const taken = { handedOver: [] as unknown[], status: 503 };
  const server = createServer((request, response) => {
    json(request).then(
      (body) => {
        taken.handedOver.push(body);
        response.writeHead(taken.status).end('{}');
      },
      (error: Error) => response.writeHead(400).end(error.message),
    );
  });
  return Object.assign(taken, await listen(server));
}

async function listen(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The foreign keys of the monolith do the rest. */
async function flowBack(user: TestDatabase, monolith: TestDatabase): Promise<void> {
  const { rows } = await user.query<{ rows: string }>(`select coalesce(json_agg(u), '[]')::text as rows from users u`);
  const given = [rows[0]?.rows];
  const read = 'json_populate_recordset(null::users, $1)';
  await monolith.query(`delete from users where id not in (select id from ${read})`, given);
  await monolith.query(`insert into users select * from ${read} on conflict (id) do update set role = excluded.role`, given);
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
