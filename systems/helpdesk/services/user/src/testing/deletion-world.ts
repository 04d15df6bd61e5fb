/** What tests of deletions need: users, an administrator, those who keep something of users, and the service itself. */
import { createHttpClient, type HttpAnswer, type HttpClient, type ProgramOptions, signToken } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { hashSecret } from '../accounts/passwords.ts';
import { type Participants, startParticipants } from './participants.ts';
import { jwtSecret, type RunningUser, startUser } from './programs.ts';

export const ada = { email: 'ada@example.test', password: 'correct horse' };

export interface DeletionWorld {
  readonly database: TestDatabase;
  readonly participants: Participants;
  readonly running: RunningUser;
  /** Of the instance that was started last. */
  readonly client: HttpClient;
  start(options?: Pick<ProgramOptions, 'environment' | 'nodeArguments'>): Promise<void>;
  /** By the administrator, who is `admin`. */
  delete(id: string): Promise<HttpAnswer>;
  /** Of the events about deletions, oldest first, without those that come again. */
  told(): string[];
  close(): Promise<void>;
}

/** Ada is `ada`; nothing is started but what `start` starts. */
export async function createDeletionWorld(): Promise<DeletionWorld> {
  const database = await createTestDatabase();
  const participants = await startParticipants(database.url);
  const clients: HttpClient[] = [];
  const started: RunningUser[] = [];
  const client = () => clients.at(-1)!;
  return {
    database,
    participants,
    get running() {
      return started.at(-1)!;
    },
    get client() {
      return client();
    },
    start: async (options = {}) => {
      const isFirst = started.length === 0;
      const running = await startUser(database.url, options);
      started.push(running);
      clients.push(createHttpClient(`http://127.0.0.1:${running.port}`));
      if (isFirst) await addUsers(database);
    },
    delete: (id) => client().request('DELETE', `/admin/users/${id}`, { token: tokenOf('admin') }),
    told: () => participants.heard.map(({ type }) => type.replace('user.', '')),
    close: async () => {
      await Promise.all(clients.map((one) => one.close()));
      await Promise.all(started.map(({ program }) => program.stop()));
      await participants.close();
      await database.close();
    },
  };
}

export const tokenOf = (sub: string) => signToken({ sub }, jwtSecret);

async function addUsers(database: TestDatabase): Promise<void> {
  await database.query(
    `insert into users (id, email, password, role, "updatedAt") values ('admin', 'root@example.test', '', 'ADMIN', now()), ('ada', $1, $2, 'AGENT', now())`,
    [ada.email, await hashSecret(ada.password)],
  );
}
