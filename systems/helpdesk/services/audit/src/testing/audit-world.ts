/** The programs a test of the audit needs: the service, those that it asks, which tell it what happens, and the monolith beside them. */
import { fileURLToPath } from 'node:url';
import { writeEvents, type WrittenEvent } from '@banyan/outbox';
import { createHttpClient, type HttpAnswer, type HttpClient, type ProgramOptions, signToken } from '@banyan/proof';
import { type RunningServiceProgram, startMonolithProgram, startServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';

export const jwtSecret = 'a secret that monolith and services share';
export const serviceSecret = 'a secret that the services share';
const shared = {
  JWT_SECRET: jwtSecret,
  SERVICE_SECRET: serviceSecret,
  SEAL_SECRET: 'a secret of who seals and who sends mails',
  FRONTEND_BASE_URL: 'http://localhost:8080',
};

export type Start = Pick<ProgramOptions, 'environment' | 'nodeArguments'>;

/** An entry as the monolith shows it. */
export interface ShownEntry {
  readonly id: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly entityId: string;
  readonly metadata: object;
  readonly createdAt: string;
  readonly actor: object | null;
}

export interface AuditWorld {
  /** That of users is the broker as well. */
  readonly databases: Readonly<Record<'monolith' | 'user' | 'ticket' | 'audit', TestDatabase>>;
  readonly monolith: { readonly port: number; readonly client: HttpClient };
  readonly user: RunningServiceProgram & { readonly client: HttpClient };
  readonly ticket: RunningServiceProgram & { readonly client: HttpClient };
  /** Of the audit service that was started last; a test that starts it itself stops it itself. */
  start(options?: Start): Promise<RunningServiceProgram & { readonly client: HttpClient; stop(): Promise<void> }>;
  /** In the tables of users on both sides. */
  addUsers(...users: readonly { readonly id: string; readonly role?: 'AGENT' | 'ADMIN'; readonly firstName?: string }[]): Promise<void>;
  /** Whose the entries are; to be told once the service has run. */
  own(owner: 'audit' | 'monolith'): Promise<void>;
  /** As if a service with this source had published them. */
  tell(source: string, ...events: readonly WrittenEvent[]): Promise<void>;
  stop(): Promise<void>;
}

export const as = (sub: string) => ({ token: tokenOf(sub) });
export const tokenOf = (sub: string, role = 'AGENT') => signToken({ sub, email: `${sub}@example.test`, role }, jwtSecret);

export async function startAuditWorld(): Promise<AuditWorld> {
  const names = ['monolith', 'user', 'ticket', 'audit'] as const;
  const made = await Promise.all(names.map(async (name) => [name, await createTestDatabase()] as const));
  const databases = Object.fromEntries(made) as AuditWorld['databases'];
  const environment = { ...shared, BROKER_URL: databases.user.url };
  const [monolith, user] = await Promise.all([
    startMonolithProgram({
      directory: pathOf('../../../../monolith/dist'),
      databaseUrl: databases.monolith.url,
      readyPath: '/health',
      environment: shared,
    }),
    startServiceProgram({
      name: 'user',
      entry: pathOf('../../../user/dist/main.js'),
      environment: { ...environment, DATABASE_URL: databases.user.url },
    }),
  ]);
  const ticket = await startServiceProgram({
    name: 'ticket',
    entry: pathOf('../../../ticket/dist/main.js'),
    environment: { ...environment, DATABASE_URL: databases.ticket.url, USER_URL: user.internalUrl },
  });
  const clients: HttpClient[] = [];
  const clientOf = (port: number) => {
    const client = createHttpClient(`http://127.0.0.1:${port}`);
    clients.push(client);
    return client;
  };
  return {
    databases,
    monolith: { port: monolith.port, client: clientOf(monolith.port) },
    user: { ...user, client: clientOf(user.port) },
    ticket: { ...ticket, client: clientOf(ticket.port) },
    start: async ({ environment: more, ...options } = {}) => {
      const urls = { DATABASE_URL: databases.audit.url, USER_URL: user.internalUrl, TICKET_URL: ticket.internalUrl };
      const started = await startServiceProgram({
        ...options,
        name: 'audit',
        entry: pathOf('../../dist/main.js'),
        // Longer than anything under load may take: whoever waits for less says so.
        environment: { ...environment, ...urls, CATCH_UP_WITHIN_MS: '10000', ...more },
      });
      return { ...started, client: clientOf(started.port), stop: () => started.program.stop() };
    },
    addUsers: async (...users) => {
      const text = `insert into users (id, email, password, "firstName", role, "createdAt", "updatedAt")
        values ($1, $1 || '@example.test', '', $2, $3, '2026-01-02 03:04:05.006', '2026-01-02 03:04:05.006')`;
      for (const { id, firstName, role = 'AGENT' } of users)
        for (const database of [databases.monolith, databases.user]) await database.query(text, [id, firstName ?? null, role]);
    },
    own: async (owner) => {
      const text = `insert into banyan.owners (extraction, owner) values ('audit', $1) on conflict (extraction) do update set owner = excluded.owner`;
      await databases.audit.query(text, [owner]);
    },
    tell: (source, ...events) => {
      const query = async (text: string, values?: readonly unknown[]) => {
        const { rows, rowCount } = await databases.user.query(text, values);
        return { rows: rows as never[], rowCount };
      };
      return writeEvents({ query }, source, events);
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()));
      await Promise.all([monolith, ticket, user].map(({ program }) => program.stop()));
      await Promise.all(Object.values(databases).map((database) => database.close()));
    },
  };
}

export async function makeTicket(client: HttpClient, sub: string): Promise<string> {
  const answer = await client.post('/tickets', { title: 'The printer', description: 'It does not print.' }, as(sub));
  return (answer.json() as { id: string }).id;
}

export function setStatus(client: HttpClient, id: string, status: string, sub: string): Promise<HttpAnswer> {
  return client.request('PATCH', `/tickets/${id}`, { json: { status }, ...as(sub) });
}

export async function historyOf(client: HttpClient, id: string, reader: string): Promise<ShownEntry[]> {
  const answer = await client.get(`/tickets/${id}/audit`, as(reader));
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.json() as ShownEntry[];
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
