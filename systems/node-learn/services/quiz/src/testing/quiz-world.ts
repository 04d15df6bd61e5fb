/** What most tests of quiz need: its databases, those it talks to, and the service itself; all gone afterwards. */
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { applySchemaChanges } from '@banyan/service';
import { afterEach, beforeEach } from 'vitest';
import { type Neighbours, startNeighbours } from './neighbours.ts';
import { type Others, startOthers } from './others.ts';
import { type StartOptions, startQuiz } from './programs.ts';
import { fillRefs } from './rows.ts';
import { type Instance, runQuizHere } from './run-quiz-here.ts';

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface QuizWorld {
  readonly database: TestDatabase;
  readonly broker: TestDatabase;
  readonly neighbours: Neighbours;
  readonly others: Others;
  readonly quiz: Instance;
  /** One more instance, in the process of the test unless it is given options of Node; the last one is asked. */
  start(options?: StartOptions): Promise<Instance>;
  ask(path: string, body?: object, headers?: Record<string, string>): Promise<Told>;
  record(body: object, headers?: Record<string, string>): Promise<Told>;
  /** User, question, right, wrong; by id. */
  counts(): Promise<unknown[]>;
  /** As the controller does at a cutover. */
  own(extraction: string, owner: string): Promise<void>;
}

/** A world per test. Users 1 to 3 and questions 1 to 6 are known; auth also knows user 7. Nothing is started but what `start` starts. */
export function useQuizWorld(): QuizWorld {
  const world = { started: [] as Instance[] } as { -readonly [Name in keyof QuizWorld]: QuizWorld[Name] } & { started: Instance[] };
  beforeEach(async () => {
    [world.database, world.broker] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    [world.neighbours, world.others] = await Promise.all([startNeighbours({ users: [7] }), startOthers(world.broker)]);
    await applySchemaChanges(world.database.url, fileURLToPath(new URL('../../schema', import.meta.url)));
    await fillRefs(world.database);
  });
  afterEach(async () => {
    await Promise.all(world.started.splice(0).map(({ program }) => program.stop()));
    await Promise.all([world.neighbours.close(), world.others.close()]);
    await Promise.all([world.database.close(), world.broker.close()]);
  });

  const ask: QuizWorld['ask'] = async (path, body, headers = {}) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const url = `http://127.0.0.1:${world.quiz.port}${path}`;
    const answer = await fetch(url, { ...init, headers: { 'content-type': 'application/json', ...headers } });
    const told: unknown = await answer.json();
    return { status: answer.status, headers: answer.headers, body: told };
  };
  return Object.assign(world, {
    ask,
    start: async (options: StartOptions = {}) => {
      const environment = { ...world.neighbours.environment, ...options.environment };
      const run = options.nodeArguments === undefined ? runQuizHere : startQuiz;
      world.quiz = await run({ own: world.database, broker: world.broker }, { ...options, environment });
      world.started.push(world.quiz);
      return world.quiz;
    },
    record: (body: object, headers?: Record<string, string>) => ask('/api/stats/record', body, headers),
    counts: async () => {
      const columns = 'user_id, question_id, correct_count, incorrect_count';
      const { rows } = await world.database.query(`select ${columns} from user_question_stats order by id`);
      return rows.map((row) => Object.values(row));
    },
    own: async (extraction: string, owner: string) => {
      await world.database.query(
        'insert into banyan.owners (extraction, owner) values ($1, $2) on conflict (extraction) do update set owner = excluded.owner',
        [extraction, owner],
      );
    },
  });
}
