/** Quiz as the owner of its routes, as the acceptance suite meets it: monolith, quiz and gateway as they run in earnest, the rows of quiz flowing back. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { computeRouteTable, loadSystem } from '@banyan/migration';
import { freePort, type Program, startProgram } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { createStream } from '@banyan/replication';
import { startNeighbours } from './neighbours.ts';
import { jwtSecret, type Running, startMonolith, startQuiz, type StartOptions } from './programs.ts';
import { copyRows } from './rows.ts';

export interface QuizAtOwner {
  /** Ends the quiz program that runs, and starts another one so. */
  startQuiz(options?: StartOptions): Promise<void>;
  /** Runs scenarios of the acceptance suite through the gateway; those that do not hold, by id, with what they say. */
  failing(...ids: readonly string[]): Promise<Record<string, string | undefined>>;
  stop(): Promise<void>;
}

const token = 'a-token-only-for-this-test';
const tables = ['user_question_stats', 'quiz_modes'] as const;
const urlOf = (port: number) => `http://127.0.0.1:${port}`;
const pathOf = (path: string) => fileURLToPath(new URL(`../../../../../../${path}`, import.meta.url));

/** One question of every class, so that no scenario masters a class by accident; users come after the guest. */
const smallBank = `
  insert into questions (question_type, difficulty, practical, topic, question, answer)
  select t, d, p, 'Ballast', '<p>Ballast</p>', 'Ballast'
  from unnest(enum_range(null::question_type_enum)) t, unnest(enum_range(null::difficulty_enum)) d, unnest(array[true, false]) p;
  select setval(pg_get_serial_sequence('users', 'id'), 100)`;

/** Users and questions that there are and will be: events would tell them, and whether in time is no matter here. */
const refsToCome = `
  insert into user_refs (id) select generate_series(1, 999);
  insert into question_refs (id, question, topic, difficulty, question_type, practical)
    select id, 'Question', 'Topic', 'easy', 'single_choice', false from generate_series(1, 999) id`;

export async function startQuizAtOwner(): Promise<QuizAtOwner> {
  const folder = mkdtempSync(join(tmpdir(), 'quiz-at-owner-'));
  const databases = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
  const [monolithDatabase, own, broker] = databases;
  const [gatewayPort, adminPort, googlePort] = [await freePort(), await freePort(), await freePort()];
  const [google, monolith] = await Promise.all([
    startStandIns(googlePort),
    startMonolith(monolithDatabase.url, signIn(urlOf(googlePort), urlOf(gatewayPort))),
  ]);
  await monolithDatabase.query(smallBank);
  const stream = createStream({
    name: `at_owner_${own.name}`,
    source: own.url,
    target: monolithDatabase.url,
    tables: tables.map((name) => ({ source: `public.${name}`, target: `public.${name}` })),
    direction: 'reverse',
  });
  const neighbours = await startNeighbours({
    flowBack: async () => void (await stream.mark({ timeoutMs: 60_000 })),
    answersOf: urlOf(monolith.port),
  });
  const { CONTROLLER_URL: controllerUrl, CONTROLLER_TOKEN: controllerToken } = neighbours.environment;
  const places = { port: gatewayPort, adminPort, monolithUrl: urlOf(monolith.port), controllerUrl, controllerToken };
  const gateway = await startGateway(folder, places);

  const environment = { ...neighbours.environment, GATEWAY_URL: urlOf(gatewayPort), FLOW_BACK_WITHIN_MS: '60000' };
  let quiz: Running | undefined;
  let version = 0;
  const start = async (options: StartOptions = {}) => {
    await quiz?.program.stop();
    quiz = await startQuiz({ own, broker }, { ...options, environment: { ...environment, ...options.environment } });
    await putRoutes(adminPort, { monolith: urlOf(monolith.port), quiz: urlOf(quiz.port) }, (version += 1));
  };
  await start();
  await copyRows(monolithDatabase, own, 'select * from quiz_modes', 'quiz_modes');
  await own.query(refsToCome);
  await stream.prepare();
  await stream.start();

  const target = {
    url: urlOf(gatewayPort),
    googleUrl: urlOf(googlePort),
    jwtSecret,
    databases: { monolith: monolithDatabase.url, quiz: own.url, event_store: broker.url },
    brokerDatabase: 'event_store',
    tables: Object.fromEntries(tables.map((name) => [name, ['quiz', 'monolith']])),
  };
  return {
    startQuiz: start,
    failing: (...ids) => runAcceptance(target, ids),
    stop: async () => {
      await Promise.all([gateway.stop(), quiz?.program.stop(), monolith.program.stop(), google.stop()]);
      await stream.drop();
      await neighbours.close();
      await Promise.all(databases.map((database: TestDatabase) => database.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As the controller computes them from migration.ts. */
async function putRoutes(adminPort: number, upstreams: Readonly<Record<string, string>>, version: number): Promise<void> {
  const { plan } = await loadSystem(pathOf('systems/node-learn/banyan.config.ts'));
  const rest = { sharePercent: 0, held: false, sideProgramsStopped: false, enteredAt: '2026-01-01T00:00:00.000Z' };
  const states = [{ name: 'quiz', stage: 'owner', follows: 'reverse', ...rest }] as Parameters<typeof computeRouteTable>[0]['states'];
  const answer = await fetch(`${urlOf(adminPort)}/routes`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ table: computeRouteTable({ plan, states, upstreams, monolith: 'monolith', version }) }),
  });
  if (answer.status !== 200) throw new Error(`The gateway does not take the routes: ${await answer.text()}`);
}

async function runAcceptance(target: object, only: readonly string[]): Promise<Record<string, string | undefined>> {
  const entry = pathOf('systems/node-learn/acceptance/dist/main.js');
  const child = spawn(process.execPath, [entry, '--json', '--only', only.join()], {
    env: { ...process.env, ACCEPTANCE_TARGET: JSON.stringify(target) },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  if (!output.startsWith('{')) throw new Error(`The acceptance program says: ${output}`);
  const { results } = JSON.parse(output) as { results: { id: string; outcome: string; reason?: string }[] };
  if (results.length !== only.length) throw new Error(`Of ${only.join()} these were run: ${JSON.stringify(results)}`);
  return Object.fromEntries(results.filter(({ outcome }) => outcome !== 'passed').map(({ id, reason }) => [id, reason]));
}

function startStandIns(googlePort: number): Promise<Program> {
  return startProgram({
    name: 'stand-ins',
    entry: pathOf('apps/standins/dist/main.js'),
    environment: { STANDINS_CONFIG: JSON.stringify({ googlePort }) },
    readyUrl: `${urlOf(googlePort)}/health`,
    timeoutMs: 120_000,
  });
}

function startGateway(folder: string, places: { readonly adminPort: number }): Promise<Program> {
  const file = join(folder, 'gateway.json');
  const rest = { adminToken: token, workers: 1, statePath: join(folder, 'routes.json'), accessLog: 'off' };
  writeFileSync(file, JSON.stringify({ ...places, ...rest }));
  return startProgram({
    name: 'gateway',
    entry: pathOf('packages/gateway/dist/main.js'),
    environment: { GATEWAY_CONFIG: file },
    readyUrl: `${urlOf(places.adminPort)}/health`,
    timeoutMs: 120_000,
  });
}

function signIn(googleUrl: string, gatewayUrl: string): Record<string, string> {
  return {
    GOOGLE_CLIENT_SECRET: 'secret',
    GOOGLE_CALLBACK_URL: `${gatewayUrl}/api/auth/google/callback`,
    GOOGLE_AUTHORIZE_URL: `${googleUrl}/o/oauth2/v2/auth`,
    GOOGLE_TOKEN_URL: `${googleUrl}/oauth2/v4/token`,
    GOOGLE_USERINFO_URL: `${googleUrl}/oauth2/v3/userinfo`,
    FRONTEND_URL: 'http://127.0.0.1:4200',
  };
}
