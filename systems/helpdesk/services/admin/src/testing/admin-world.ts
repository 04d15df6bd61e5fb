/** The programs a test of the admin service needs: the services that it asks, and, where wanted, the monolith beside them with the same rows. */
import { fileURLToPath } from 'node:url';
import { type ProgramOptions, signToken } from '@banyan/proof';
import { type RunningServiceProgram, startMonolithProgram, startServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';

export const secrets = { jwtSecret: 'a secret that monolith and services share', serviceSecret: 'a secret that the services share' };
const shared = {
  JWT_SECRET: secrets.jwtSecret,
  SERVICE_SECRET: secrets.serviceSecret,
  SEAL_SECRET: 'a secret of who seals and who sends mails',
  FRONTEND_BASE_URL: 'http://localhost:8080',
  NODE_ENV: 'production',
};

/** Nobody answers there. */
export const nowhere = 'http://127.0.0.1:9';

export interface AdminWorld {
  /** Events are in that of the user service. */
  readonly databases: Readonly<Record<'monolith' | 'user' | 'ticket' | 'admin', TestDatabase>>;
  /** Undefined without a monolith. */
  readonly monolithPort: number | undefined;
  readonly userPort: number;
  readonly ticketPort: number;
  /** In the tables of users on all sides; the later, the newer. */
  addUsers(...users: readonly UserFields[]): Promise<void>;
  /** To all tables of tickets. */
  toTickets(text: string): Promise<void>;
  /** Of that world; ended with it, or before. */
  startAdmin(more?: Pick<ProgramOptions, 'environment' | 'nodeArguments'>): Promise<RunningServiceProgram>;
  stop(): Promise<void>;
}

export interface UserFields {
  readonly id: string;
  readonly role?: 'AGENT' | 'ADMIN';
  readonly firstName?: string;
}

export async function startAdminWorld({ withMonolith = false } = {}): Promise<AdminWorld> {
  const names = ['monolith', 'user', 'ticket', 'admin'] as const;
  const made = await Promise.all(names.map(async (name) => [name, await createTestDatabase()] as const));
  const databases = Object.fromEntries(made) as AdminWorld['databases'];
  const broker = { ...shared, BROKER_URL: databases.user.url };
  const start = (
    name: 'user' | 'ticket' | 'admin',
    environment: Record<string, string>,
    more: Pick<ProgramOptions, 'nodeArguments'> = {},
  ) =>
    startServiceProgram({
      ...more,
      name,
      entry: pathOf(`../../../${name}/dist/main.js`),
      environment: { ...broker, DATABASE_URL: databases[name].url, ...environment },
    });
  const user = await start('user', {});
  const ticket = await start('ticket', { USER_URL: user.internalUrl });
  const monolith = withMonolith ? await startMonolith(databases.monolith.url) : undefined;
  const started = [user, ticket, ...(monolith === undefined ? [] : [monolith])].map(({ program }) => program);
  const on = async (name: keyof typeof databases, text: string, values: readonly unknown[] = []) => {
    if (name !== 'monolith' || withMonolith) await databases[name].query(text, values);
  };
  let users = 0;
  return {
    databases,
    monolithPort: monolith?.port,
    userPort: user.port,
    ticketPort: ticket.port,
    addUsers: async (...added) => {
      const text = `insert into users (id, email, password, "firstName", role, "createdAt", "updatedAt")
        values ($1, $1 || '@example.test', 'a hash', $2, $3, timestamp '2026-01-02 03:04:05.006' + $4 * interval '1 day', '2026-06-01')`;
      for (const { id, firstName, role = 'AGENT' } of added) {
        users += 1;
        for (const name of ['monolith', 'user'] as const) await on(name, text, [id, firstName ?? null, role, users]);
      }
    },
    toTickets: async (text) => {
      for (const name of ['monolith', 'ticket'] as const) await on(name, text);
    },
    startAdmin: async ({ environment = {}, ...more } = {}) => {
      const admin = await start('admin', { USER_URL: user.internalUrl, TICKET_URL: ticket.internalUrl, ...environment }, more);
      started.push(admin.program);
      return admin;
    },
    stop: async () => {
      await Promise.all(started.map((program) => program.stop()));
      await Promise.all(Object.values(databases).map((database) => database.close()));
    },
  };
}

function startMonolith(databaseUrl: string) {
  return startMonolithProgram({ directory: pathOf('../../../../monolith/dist'), databaseUrl, readyPath: '/health', environment: shared });
}

/** What somebody brings who has logged in. */
export function tokenOf(sub: string, claims: Readonly<Record<string, unknown>> = {}): string {
  return signToken({ sub, email: `${sub}@example.test`, role: 'AGENT', ...claims }, secrets.jwtSecret);
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
