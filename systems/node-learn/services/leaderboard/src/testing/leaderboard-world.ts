/** What most tests of leaderboard need: its databases, those it talks to, and the service itself; all gone afterwards. */
import { fileURLToPath } from 'node:url';
import { EventTeller } from '@banyan/bus/event-teller';
import { createPostgresDriver } from '@banyan/bus-postgres';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { applySchemaChanges } from '@banyan/service';
import { events } from '@node-learn/contracts';
import { afterEach, beforeEach, expect } from 'vitest';
import { type Neighbours, startNeighbours } from './neighbours.ts';
import { type Instance, runLeaderboardHere, startLeaderboard, type StartOptions } from './programs.ts';
import { boardsOf, fillRefs, tellOwner } from './rows.ts';

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly correlation_id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Mode, user, right answers, streak. */
export type PostedRun = readonly [modeId: unknown, userId: unknown, correctAnswers: unknown, streak?: unknown];

export interface LeaderboardWorld {
  readonly database: TestDatabase;
  readonly broker: TestDatabase;
  readonly neighbours: Neighbours;
  /** Publishes as auth, quiz and achievement do. */
  readonly others: EventTeller;
  /** One more instance, in the process of the test unless it is given options of Node; the last one is asked. */
  start(options?: StartOptions): Promise<Instance>;
  ask(path: string, body?: unknown, headers?: Record<string, string>): Promise<Told>;
  post(run: PostedRun, headers?: Record<string, string>): Promise<Told>;
  /** As `boardsOf`. */
  board(modeId: number): Promise<string[]>;
  /** What leaderboard has published, oldest first. */
  told(): Promise<ToldEvent[]>;
  /** When everything that was published has been handled, and what came of it has been published. */
  settled(): Promise<void>;
}

/** A world per test. Users 1 to 60 and modes 1 to 10 are known, and leaderboard owns the boards. Nothing is started but what `start` starts. */
export function useLeaderboardWorld(): LeaderboardWorld {
  const world = { started: [] as Instance[] } as { -readonly [Name in keyof LeaderboardWorld]: LeaderboardWorld[Name] } & {
    started: Instance[];
  };
  let driver: Awaited<ReturnType<typeof createPostgresDriver>>;
  beforeEach(async () => {
    [world.database, world.broker, world.neighbours] = await Promise.all([createTestDatabase(), createTestDatabase(), startNeighbours()]);
    driver = await createPostgresDriver({ url: world.broker.url, connections: 2 });
    world.others = new EventTeller({ drivers: [driver], catalogue: events, sourcePrefix: '/node-learn/' });
    await applySchemaChanges(world.database.url, fileURLToPath(new URL('../../schema', import.meta.url)));
    await fillRefs(world.database);
    await tellOwner(world.database, 'leaderboard');
  });
  afterEach(async () => {
    await Promise.all(world.started.splice(0).map(({ program }) => program.stop()));
    await Promise.all([world.neighbours.close(), driver.close()]);
    await Promise.all([world.database.close(), world.broker.close()]);
  });

  const ask: LeaderboardWorld['ask'] = async (path, body, headers = {}) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const url = `http://127.0.0.1:${world.started.at(-1)!.port}${path}`;
    const answer = await fetch(url, { ...init, headers: { 'content-type': 'application/json', ...headers } });
    const told: unknown = await answer.json();
    return { status: answer.status, headers: answer.headers, body: told };
  };
  const count = async (database: TestDatabase, statement: string) => (await database.query(statement)).rows.length;
  return Object.assign(world, {
    ask,
    start: async (options: StartOptions = {}) => {
      const environment = { ...world.neighbours.environment, ...options.environment };
      const run = options.nodeArguments === undefined ? runLeaderboardHere : startLeaderboard;
      const instance = await run({ own: world.database, broker: world.broker }, { ...options, environment });
      // As after a filling: what events tell from now on is applied.
      await world.database.query('update banyan.projections set filled_at = coalesce(filled_at, now())');
      world.started.push(instance);
      return instance;
    },
    post: ([modeId, userId, correctAnswers, streak = 0]: PostedRun, headers?: Record<string, string>) =>
      ask('/api/leaderboard/update', { modeId, userId, correctAnswers, totalQuestions: 9, streak, username: 'ignored' }, headers),
    board: (modeId: number) => boardsOf(world.database, modeId),
    told: async () => {
      const columns = 'id, type, correlation_id, payload as data';
      const statement = `select ${columns} from banyan.events where service_id = '/node-learn/leaderboard' order by position`;
      return (await world.broker.query<ToldEvent & Record<string, unknown>>(statement)).rows;
    },
    settled: async () => {
      const heard = `select from banyan.events e where service_id <> '/node-learn/leaderboard'`;
      const handled = `select from banyan.inbox where status = 'handled'`;
      await expect
        .poll(async () => (await count(world.broker, heard)) - (await count(world.database, handled)), { timeout: 60_000 })
        .toBeLessThanOrEqual(0);
      await expect.poll(() => count(world.database, 'select from banyan.outbox'), { timeout: 60_000 }).toBe(0);
    },
  });
}
