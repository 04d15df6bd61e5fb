/** The programs a test of the ticket service needs: the service, the user service that it asks, and the monolith beside them, all with the same rows. */
import { fileURLToPath } from 'node:url';
import { checkEqual, eventually, type Program, type ProgramOptions } from '@banyan/proof';
import { type RunningServiceProgram, startMonolithProgram, startServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';

export const jwtSecret = 'a secret that monolith and services share';
const shared = {
  JWT_SECRET: jwtSecret,
  SERVICE_SECRET: 'a secret that the services share',
  SEAL_SECRET: 'a secret of who seals and who sends mails',
  FRONTEND_BASE_URL: 'http://localhost:8080',
};

export interface TicketWorld {
  readonly databases: Readonly<Record<'monolith' | 'user' | 'ticket', TestDatabase>>;
  readonly monolithPort: number;
  readonly ticketPort: number;
  readonly userPort: number;
  readonly user: Program;
  readonly ticket: Program;
  /** Of its internal port. */
  readonly userUrl: string;
  /** In the tables of users on both sides. */
  addUsers(...users: readonly UserFields[]): Promise<void>;
  /** Of tickets and their comments on both sides. */
  everywhere(text: string, values?: readonly unknown[]): Promise<void>;
  /** The copy of users from their owner, as the controller asks when an extraction needs it. */
  fill(): Promise<void>;
  stop(): Promise<void>;
}

export interface UserFields {
  readonly id: string;
  readonly role?: 'AGENT' | 'ADMIN';
  readonly firstName?: string;
}

/** @param ofUser settings of the user service besides */
export async function startTicketWorld(ofUser: Readonly<Record<string, string>> = {}): Promise<TicketWorld> {
  const made = await Promise.all(
    (['monolith', 'user', 'ticket'] as const).map(async (name) => [name, await createTestDatabase()] as const),
  );
  const databases = Object.fromEntries(made) as TicketWorld['databases'];
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
      environment: { ...environment, DATABASE_URL: databases.user.url, ...ofUser },
    }),
  ]);
  const ticket = await startTicket({ databases, userUrl: user.internalUrl });
  const on = async (text: string, values: readonly unknown[], ...names: readonly (keyof typeof databases)[]) => {
    for (const name of names) await databases[name].query(text, values);
  };
  return {
    databases,
    monolithPort: monolith.port,
    ticketPort: ticket.port,
    userPort: user.port,
    user: user.program,
    ticket: ticket.program,
    userUrl: user.internalUrl,
    addUsers: async (...users) => {
      const text = `insert into users (id, email, password, "firstName", role, "createdAt", "updatedAt")
        values ($1, $1 || '@example.test', '', $2, $3, '2026-01-02 03:04:05.006', '2026-01-02 03:04:05.006')`;
      for (const { id, firstName, role = 'AGENT' } of users) await on(text, [id, firstName ?? null, role], 'monolith', 'user');
    },
    everywhere: (text, values = []) => on(text, values, 'monolith', 'ticket'),
    fill: async () => {
      await databases.ticket.query('update banyan.projections set fill_asked_at = now()');
      const unfilled = 'select name from banyan.projections where filled_at is null or fill_asked_at is not null';
      await eventually(async () => checkEqual((await databases.ticket.query(unfilled)).rowCount, 0, 'copies that are not filled'), {
        timeoutMs: 60_000,
      });
    },
    stop: async () => {
      await Promise.all([monolith, ticket, user].map(({ program }) => program.stop()));
      await Promise.all(Object.values(databases).map((database) => database.close()));
    },
  };
}

/** On the database of that world, beside the one that runs there. */
export function startTicket(
  { databases, userUrl }: Pick<TicketWorld, 'databases' | 'userUrl'>,
  more: Readonly<Record<string, string>> = {},
  nodeArguments: NonNullable<ProgramOptions['nodeArguments']> = [],
): Promise<RunningServiceProgram> {
  return startServiceProgram({
    name: 'ticket',
    nodeArguments,
    entry: pathOf('../../dist/main.js'),
    environment: { ...shared, BROKER_URL: databases.user.url, DATABASE_URL: databases.ticket.url, USER_URL: userUrl, ...more },
  });
}

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
