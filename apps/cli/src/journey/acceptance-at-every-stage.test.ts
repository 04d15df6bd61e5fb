import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateView } from '@banyan/controller/state-view';
import { isWithoutBrowser } from '@banyan/proof/browser';
import { isShortRun } from '@banyan/proof/short-run';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ControllerClient } from '../controller-client.ts';
import { findFreePorts } from '../programs/ports.ts';
import { locateSystem } from '../running/locate-system.ts';
import { readEnd } from '../running/end-of-monolith.ts';
import { environmentOf, eventStoreDatabase, factsFor } from '../running/program-specs.ts';
import { startSystem, type RunningSystem } from '../running/start-system.ts';
import { extractionIn, PersistentMover } from './mover.ts';
import { documentCommands, failureOf } from './testing/document-commands.ts';

const nodeLearn = join(import.meta.dirname, '../../../../systems/node-learn');

/** Which programs' databases hold a table, its owner first. */
type Holders = Readonly<Record<string, readonly string[]>>;

const atTheMonolith: Holders = {};
const copied: Holders = {
  users: ['monolith', 'auth'],
  questions: ['monolith', 'question'],
  user_question_stats: ['monolith', 'quiz'],
  quiz_modes: ['monolith', 'quiz'],
  question_refs: ['quiz'],
};
const ownedByAuthAndQuiz: Holders = {
  ...copied,
  users: ['auth', 'monolith'],
  user_question_stats: ['quiz', 'monolith'],
  quiz_modes: ['quiz', 'monolith'],
  user_achievements: ['monolith', 'achievement'],
  leaderboards: ['monolith', 'leaderboard'],
  question_refs: ['quiz', 'achievement'],
  maintenance_runs: ['maintenance'],
};
const ownedByAll: Holders = {
  ...ownedByAuthAndQuiz,
  user_achievements: ['achievement', 'monolith'],
  leaderboards: ['leaderboard', 'monolith'],
};

const withoutTheMonolith: Holders = {
  users: ['auth'],
  questions: ['question'],
  choices: ['question'],
  user_question_stats: ['quiz'],
  quiz_modes: ['quiz'],
  achievements: ['achievement'],
  user_achievements: ['achievement'],
  leaderboards: ['leaderboard'],
  question_refs: ['quiz', 'achievement'],
  maintenance_runs: ['maintenance'],
};

const withoutBrowser = isWithoutBrowser();

describe('every acceptance scenario of Node-Learn holds', { timeout: 300_000 }, () => {
  let home: string;
  let running: RunningSystem;
  let controller: ControllerClient;
  let mover: PersistentMover;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'banyan-acceptance-'));
    chmodSync(home, 0o755); // as root, PostgreSQL runs as a user that may not look into a folder of root
    vi.stubEnv('BANYAN_ROOT', home);
    running = await startNodeLearn(home);
    const { controllerPort, secrets } = running.plan;
    controller = new ControllerClient({ url: `http://127.0.0.1:${controllerPort}`, token: secrets['controllerToken'] ?? '' });
    mover = new PersistentMover({ client: controller, actor: 'acceptance' });
  }, 240_000);

  afterAll(async () => {
    await running?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  /** Up to shadow by its gates, which see that copies are made; from there on the suite is the evidence. */
  const goTo = async (stage: string, extractions: readonly string[], sharePercent?: number) => {
    for (const extraction of extractions) {
      const target = { extraction, stage, reason: 'the acceptance suite is the evidence', ...(sharePercent && { sharePercent }) };
      await mover.reach({ ...target, force: ['canary', 'owner', 'retired'].includes(stage) });
    }
  };
  const stagesOf = async (extractions: readonly string[]) => {
    const state = await controller.read<StateView>('/v1/state');
    return new Set(extractions.map((name) => extractionIn(state, name).stage));
  };
  const accept = (holders: Holders, flags: readonly string[] = []) => runAcceptance(running, join(home, 'clock'), holders, flags);
  /** The same journeys at each of three points; where there is no browser, at none. */
  const acceptInBrowser = async (holders: Holders, flags: readonly string[] = []) =>
    withoutBrowser ? [] : runInBrowser(running, holders, flags);
  const expectEqualAnswers = async (extractions: readonly string[]) => {
    const state = await controller.read<StateView>('/v1/state');
    let all = 0;
    for (const name of extractions) {
      const { compared, mismatches } = extractionIn(state, name).shadow;
      expect(mismatches, `${name}: ${JSON.stringify(await controller.read(`/v1/mismatches?extraction=${name}`))}`).toBe(0);
      all += compared;
    }
    // Which of them had users who had just written nothing is chance.
    expect(all).toBeGreaterThan(0);
  };

  test('auth, questions and quiz come to be read from both sides', async () => {
    await goTo('shadow', ['auth', 'question', 'quiz']);
    await goTo('canary', ['auth', 'question', 'quiz'], 50);
    expect(await stagesOf(['auth', 'question', 'quiz'])).toEqual(new Set(['canary']));
  });

  test.skipIf(isShortRun())('with reads of auth, questions and quiz answered by both sides, and the same by both', async () => {
    expect(await accept(copied)).toEqual([]);
    await expectEqualAnswers(['auth', 'question', 'quiz']);
  });

  test('with auth and quiz as owners, all reads of questions answered by the service, and badges and boards read from both sides', async () => {
    await goTo('canary', ['question'], 100);
    await goTo('owner', ['auth', 'quiz']);
    await goTo('shadow', ['achievement', 'leaderboard']);
    await goTo('canary', ['achievement', 'leaderboard'], 50);
    expect(await accept(ownedByAuthAndQuiz)).toEqual([]);
    await expectEqualAnswers(['achievement', 'leaderboard']);
  });

  test.skipIf(isShortRun())('and whoever sits before a browser notices nothing', async () => {
    expect(await acceptInBrowser(ownedByAuthAndQuiz)).toEqual([]);
  });

  test('achievement, leaderboard and maintenance become owners', async () => {
    await goTo('owner', ['achievement', 'leaderboard', 'maintenance']);
    expect(await stagesOf(['achievement', 'leaderboard', 'maintenance'])).toEqual(new Set(['owner']));
  });

  test.skipIf(isShortRun())(
    'with achievement and leaderboard as owners too, and nothing of the nightly job left to the monolith',
    async () => {
      expect(await accept(ownedByAll)).toEqual([]);
    },
  );

  test('the commands of the documents do what they say', async () => {
    // Many documents begin with the same look.
    const commands = [...new Map(documentCommands().map((command) => [command.words.join(' '), command])).values()];
    expect(commands.length).toBeGreaterThan(9);
    const failures: string[] = [];
    for (const command of commands) failures.push(...[(await failureOf(command)) ?? []].flat());
    expect(failures).toEqual([]);
  });

  test('A40 500 answers given to the services are all in the monolith after the way back, which takes the next one', async () => {
    await answerMuch(running.gatewayUrl, 500);
    const results = 'select * from user_question_stats order by id';
    const badges = 'select * from user_achievements order by id';
    const boards = 'select * from leaderboards order by quiz_mode_id, position';
    const at = (program: string, text: string) => rowsAt(running, program, text);
    await postMuch(running.gatewayUrl, 100);
    const owned = [await at('quiz', results), await at('achievement', badges), await at('leaderboard', boards)];
    await goTo('planned', ['maintenance', 'leaderboard', 'achievement', 'quiz', 'question', 'auth']);
    expect([await at('monolith', results), await at('monolith', badges), await at('monolith', boards)]).toEqual(owned);
    expect(await post(running.gatewayUrl, { modeId: 9, userId: 2, correctAnswers: 500, totalQuestions: 500, streak: 500 })).toBe(201);
    const highest = Math.max(...owned[0]!.map(({ id }) => Number(id)));
    await rowsAt(
      running,
      'monolith',
      `insert into users (google_id, email, name) values ('after-the-way-back', 'after@example.test', 'After')`,
    );
    const [user] = await at('monolith', `select id from users where google_id = 'after-the-way-back'`);
    await record(running.gatewayUrl, { userId: user?.['id'], questionId: 1, isCorrect: false });
    const [next] = await at('monolith', `select id from user_question_stats where user_id = ${String(user?.['id'])}`);
    expect(Number(next?.['id'])).toBeGreaterThan(highest);
  });

  test.skipIf(isShortRun())('back at the monolith', async () => {
    expect(await accept(atTheMonolith)).toEqual([]);
    expect(await acceptInBrowser(atTheMonolith)).toEqual([]);
  });

  test('with the monolith off, and what was wrong with it mended', async () => {
    const names = running.plan.system.migration.extractions.map(({ name }) => name);
    for (const name of names) await (name === 'question' ? goTo('canary', [name], 100) : goTo('owner', [name]));
    const { monolith } = await controller.read<StateView>('/v1/state');
    await goTo('retired', monolith.retirementOrder);
    await controller.move('/v1/corrections', { on: true, actor: 'acceptance' }, () => {});
    const ended = () => ({ ...readEnd(running.plan.directory), programs: [...running.programs.keys()] });
    await expect
      .poll(ended)
      .toMatchObject({ isMonolithOff: true, corrections: true, programs: expect.not.arrayContaining(['monolith']) as string[] });
    expect(await accept(withoutTheMonolith, correctionsOf(running))).toEqual([]);
    expect(await acceptInBrowser(withoutTheMonolith, correctionsOf(running))).toEqual([]);
  });
});

async function startNodeLearn(home: string): Promise<RunningSystem> {
  const [port = 0] = await findFreePorts(1);
  const preload = import.meta.resolve('@banyan/proof/clock-preload');
  const clock = { nodeArguments: ['--import', preload], environment: { BANYAN_CLOCK_FILE: join(home, 'clock') } };
  return startSystem({
    system: await locateSystem(nodeLearn),
    kind: 'prove',
    fresh: true,
    port,
    gatewayWorkers: 1,
    seedScale: 1,
    reporter: { line: () => {}, step: () => {}, warn: () => {} },
    instrument: (program) => (['monolith', 'maintenance'].includes(program) ? clock : { nodeArguments: [], environment: {} }),
  });
}

/** The flags that the services are started with, as the system's configuration says. */
function correctionsOf({ plan }: RunningSystem): string[] {
  const services = Object.keys(plan.system.definition.programs).filter((name) => name !== 'monolith');
  return services.flatMap((name) => (environmentOf({ ...plan, corrections: true }, name)['FLAGS'] ?? '').split(',')).filter(Boolean);
}

/** Of many users to many questions, a third of them right, many at once. */
async function answerMuch(gatewayUrl: string, answers: number): Promise<void> {
  const atOnce = 20;
  for (let first = 0; first < answers; first += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, answers - first) }, (_, offset) => {
        const number = first + offset;
        return record(gatewayUrl, { userId: 2 + (number % 37), questionId: 1 + ((number * 7) % 80), isCorrect: number % 3 === 0 });
      }),
    );
}

async function record(gatewayUrl: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${gatewayUrl}/api/stats/record`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status, `${JSON.stringify(body)}: ${await answer.text()}`).toBe(201);
}

/** Of many users to all modes, many at once: no one fails. */
async function postMuch(gatewayUrl: string, runs: number): Promise<void> {
  const posts = Array.from({ length: runs }, (_, number) =>
    post(gatewayUrl, {
      modeId: 1 + (number % 10),
      userId: 2 + (number % 37),
      correctAnswers: number,
      totalQuestions: runs,
      streak: number % 7,
    }),
  );
  expect((await Promise.all(posts)).filter((status) => status !== 201)).toEqual([]);
}

async function post(gatewayUrl: string, run: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${gatewayUrl}/api/leaderboard/update`, { method: 'POST', headers, body: JSON.stringify(run) })).status;
}

async function rowsAt({ plan }: RunningSystem, program: string, text: string): Promise<Record<string, unknown>[]> {
  const database = plan.system.definition.programs[program]?.database ?? '';
  const client = new Client({ connectionString: plan.databaseUrl(database) });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

interface AcceptanceReport {
  readonly results: readonly {
    readonly id: string;
    readonly title: string;
    readonly outcome: string;
    readonly reason?: string;
  }[];
}

/** What did not hold, one line each; a scenario that was skipped did not hold either. */
async function runAcceptance(running: RunningSystem, clockFile: string, tables: Holders, flags: readonly string[]): Promise<string[]> {
  const results = await runSuite(running, { tables, clockFile, flags, runRecord: join(running.plan.directory, 'run.json') }, []);
  expect(results.length).toBeGreaterThanOrEqual(38);
  return failuresOf(results);
}

async function runInBrowser(running: RunningSystem, tables: Holders, flags: readonly string[]): Promise<string[]> {
  const results = await runSuite(running, { tables, flags, webUrl: running.webUrl }, ['--browser']);
  expect(results.length).toBeGreaterThanOrEqual(15);
  return failuresOf(results);
}

function failuresOf(results: AcceptanceReport['results']): string[] {
  return results
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ id, title, outcome, reason: why }) => `${id} ${title}: ${outcome}, ${why}`);
}

async function runSuite(running: RunningSystem, more: object, options: readonly string[]): Promise<AcceptanceReport['results']> {
  const { plan } = running;
  const { acceptance, programs } = plan.system.definition;
  const databases = Object.entries(programs).map(([name, program]) => [name, plan.databaseUrl(program.database)] as const);
  const target = {
    url: running.gatewayUrl,
    googleUrl: factsFor(plan, 'monolith').standins['google'],
    jwtSecret: plan.secrets['JWT_SECRET'],
    databases: { ...Object.fromEntries(databases), [eventStoreDatabase]: plan.databaseUrl(eventStoreDatabase) },
    brokerDatabase: eventStoreDatabase,
    ...more,
  };
  const entry = join(plan.system.directory, acceptance?.directory ?? '', acceptance?.entry ?? '');
  const child = spawn(process.execPath, [entry, '--json', ...options], {
    env: { ...process.env, ACCEPTANCE_TARGET: JSON.stringify(target) },
  });
  let [answer, complaints] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (!answer.startsWith('{')) throw new Error(`The acceptance program ended with ${code}: ${complaints}${answer}`);
  return (JSON.parse(answer) as AcceptanceReport).results;
}
