/** Starts those whom maintenance tells and asks, each as its program on a database of its own: as after the cutovers of all. */
import { fileURLToPath } from 'node:url';
import { type RunningServiceProgram, startServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { maintenanceEnvironment } from './programs.ts';
import { tellOwner } from './rows.ts';

type Name = 'auth' | 'question' | 'quiz' | 'achievement' | 'leaderboard';
type Neighbour = RunningServiceProgram & { readonly database: TestDatabase };

export interface Neighbourhood {
  readonly services: Readonly<Record<Name, Neighbour>>;
  /** Of maintenance, and of the event store. */
  readonly databases: { readonly database: TestDatabase; readonly broker: TestDatabase };
  /** Where the others are found. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const nowhere = 'http://127.0.0.1:9';
const ofAll = {
  JWT_SECRET: 'a secret that nobody asks for in these tests',
  GOOGLE_CLIENT_ID: 'client',
  GOOGLE_CLIENT_SECRET: 'secret',
  GOOGLE_CALLBACK_URL: `${nowhere}/api/auth/google/callback`,
  FRONTEND_URL: nowhere,
  GATEWAY_URL: nowhere,
  CONTROLLER_URL: nowhere,
};

/** The guest, learner 2, question 1, and all badges are there. */
export async function startNeighbourhood(): Promise<Neighbourhood> {
  const [database, broker] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const environment: Record<string, string> = { ...ofAll };
  const services: Partial<Record<Name, Neighbour>> = {};
  for (const name of ['auth', 'question', 'quiz', 'achievement', 'leaderboard'] as const) {
    const own = await createTestDatabase();
    const entry = fileURLToPath(new URL(`../../../${name}/dist/main.js`, import.meta.url));
    const settings = { ...maintenanceEnvironment({ database: own, broker }), ...environment };
    services[name] = { ...(await startServiceProgram({ name, entry, environment: settings })), database: own };
    environment[`${name.toUpperCase()}_URL`] = services[name].internalUrl;
  }
  const started = services as Record<Name, Neighbour>;
  await fill(started, database);
  return {
    services: started,
    databases: { database, broker },
    environment,
    stop: async () => {
      for (const { program } of Object.values(started)) await program.stop();
      for (const used of [...Object.values(started).map((service) => service.database), database, broker]) await used.close();
    },
  };
}

async function fill(
  { auth, question, quiz, achievement, leaderboard }: Readonly<Record<Name, Neighbour>>,
  maintenance: TestDatabase,
): Promise<void> {
  await auth.database.query(`
    insert into users (id, google_id, email, name) values (1, 'guest-user', 'guest@example.test', 'Guest'), (2, 'ann', 'ann@example.test', 'Ann')`);
  await question.database.query(`
    insert into questions (question_type, practical, difficulty, topic, question) values ('single_choice', false, 'easy', 'Tests', '<p>Why?</p>')`);
  await achievement.database.query(`insert into achievements (id, title, description, sprite_col, sprite_row)
    select id, 'Badge ' || id, 'For something', 0, 0 from generate_series(1, 50) id where id <= 20 or id = 50`);
  for (const told of [quiz.database, achievement.database, maintenance])
    for (const owner of ['quiz', 'achievement']) await tellOwner(told, owner, owner, 'now');
  await tellOwner(maintenance, 'leaderboard', 'leaderboard', 'now');
  for (const { database } of [quiz, achievement, leaderboard]) await fillCopies(database);
}

async function fillCopies(database: TestDatabase): Promise<void> {
  await database.query('update banyan.projections set fill_asked_at = now()');
  for (const end = Date.now() + 60_000; ;) {
    const { rows } = await database.query('select error from banyan.projections where fill_asked_at is not null');
    if (rows.length === 0) return;
    if (Date.now() > end) throw new Error(`After a minute copies are not filled: ${JSON.stringify(rows)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** As a client of quiz does. */
export async function record({ services: { quiz } }: Neighbourhood, userId: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${quiz.port}/api/stats/record`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId, questionId: 1, isCorrect: true }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Who has results, and who has badges. */
export async function standing({ services: { quiz, achievement } }: Neighbourhood): Promise<{ results: number[]; badges: number[] }> {
  const usersIn = async ({ database }: Neighbour, table: string) => {
    const { rows } = await database.query<{ id: number }>(`select distinct user_id as id from ${table} order by 1`);
    return rows.map(({ id }) => id);
  };
  return { results: await usersIn(quiz, 'user_question_stats'), badges: await usersIn(achievement, 'user_achievements') };
}
