/** Starts the services that achievement lives beside, each on a database of its own with the rows of a monolith. */
import { fileURLToPath } from 'node:url';
import { type RunningServiceProgram, startServiceProgram } from '@banyan/proof/server-program';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { type RunningAchievement, startAchievement } from './programs.ts';
import { copyInto } from './rows.ts';
import { settingsForTests } from './settings-for-tests.ts';

type Neighbour = RunningServiceProgram & { readonly database: TestDatabase };

export interface Neighbourhood {
  readonly quiz: Neighbour;
  readonly achievement: RunningAchievement & { readonly database: TestDatabase };
  /** Where achievement finds the others: for one more program on its database. */
  readonly environment: Readonly<Record<string, string>>;
  readonly broker: TestDatabase;
  stop(): Promise<void>;
}

const moved: Readonly<Record<string, readonly string[]>> = {
  auth: ['users'],
  question: ['questions', 'choices'],
  quiz: ['user_question_stats', 'quiz_modes'],
  achievement: ['achievements', 'user_achievements'],
};

/** As after the cutovers of all four; the copies that the services have of each other's rows are filled by their own means. */
export async function startNeighbourhood(monolith: TestDatabase): Promise<Neighbourhood> {
  const broker = await createTestDatabase();
  const auth = await start('auth', broker, signIn);
  const question = await start('question', broker, {});
  const urls = { AUTH_URL: auth.internalUrl, QUESTION_URL: question.internalUrl };
  const nowhere = 'http://127.0.0.1:9';
  const quiz = await start('quiz', broker, { ...urls, JWT_SECRET: signIn.JWT_SECRET, GATEWAY_URL: nowhere, CONTROLLER_URL: nowhere });
  const database = await createTestDatabase();
  const environment = { ...urls, QUIZ_URL: quiz.internalUrl };
  const achievement = { ...(await startAchievement({ database, broker }, { environment })), database };
  const services = { auth, question, quiz, achievement };
  for (const [name, service] of Object.entries(services)) {
    for (const table of moved[name] ?? []) await copyInto(service.database, table, monolith, `select * from ${table}`);
  }
  for (const service of [quiz, achievement]) await own(service.database);
  for (const service of [quiz, achievement]) await fillCopies(service.database);
  return {
    quiz,
    achievement,
    environment,
    broker,
    stop: async () => {
      for (const { program } of Object.values(services)) await program.stop();
      for (const { database: used } of Object.values(services)) await used.close();
      await broker.close();
    },
  };
}

const signIn = {
  JWT_SECRET: 'a secret that nobody asks for in these tests',
  GOOGLE_CLIENT_ID: 'client',
  GOOGLE_CLIENT_SECRET: 'secret',
  GOOGLE_CALLBACK_URL: 'http://127.0.0.1:3000/api/auth/google/callback',
  FRONTEND_URL: 'http://127.0.0.1:4200',
};

async function start(name: string, broker: TestDatabase, environment: Readonly<Record<string, string>>): Promise<Neighbour> {
  const database = await createTestDatabase();
  const running = await startServiceProgram({
    name,
    entry: fileURLToPath(new URL(`../../../${name}/dist/main.js`, import.meta.url)),
    environment: { ...settingsForTests(database.url, broker.url), TZ: 'UTC', ...environment },
    timeoutMs: 120_000,
  });
  return { ...running, database };
}

/** As the controller tells it. */
async function own(database: TestDatabase): Promise<void> {
  await database.query(`
    create schema if not exists banyan;
    create table if not exists banyan.owners (extraction text primary key, owner text not null, told_at timestamptz not null default now());
    insert into banyan.owners (extraction, owner) values ('quiz', 'quiz'), ('achievement', 'achievement')`);
}

/** From their owners, once more. */
export async function fillCopies(database: TestDatabase): Promise<void> {
  await database.query('update banyan.projections set fill_asked_at = now()');
  await untilNothingIsAsked(database);
}

/** The copies of a service beside their owners: what of them differs. */
export async function compareCopies(database: TestDatabase): Promise<unknown[]> {
  await database.query('update banyan.projections set check_asked_at = now()');
  await untilNothingIsAsked(database);
  return (
    await database.query(
      'select name, checked::integer as checked, differing::integer as differing, samples from banyan.projections order by name',
    )
  ).rows;
}

async function untilNothingIsAsked(database: TestDatabase): Promise<void> {
  const asked = 'select error from banyan.projections where fill_asked_at is not null or check_asked_at is not null';
  for (const end = Date.now() + 60_000; ;) {
    const { rows } = await database.query(asked);
    if (rows.length === 0) return;
    if (Date.now() > end) throw new Error(`After a minute copies are still asked for: ${JSON.stringify(rows)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
