import { join } from 'node:path';
import type { StateView } from '@banyan/controller/state-view';
import { isWithoutBrowser } from '@banyan/proof/browser';
import { isShortRun } from '@banyan/proof/short-run';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnd } from '../running/end-of-monolith.ts';
import { extractionIn } from './mover.ts';
import { type AcceptedSystem, type Holders, startAcceptedSystem } from './testing/accepted-system.ts';
import { documentCommands, failureOf } from './testing/document-commands.ts';

const nodeLearn = join(import.meta.dirname, '../../../../systems/node-learn');

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
const preload = import.meta.resolve('@banyan/proof/clock-preload');

describe('every acceptance scenario of Node-Learn holds', { timeout: 300_000 }, () => {
  let system: AcceptedSystem;
  beforeAll(async () => {
    system = await startAcceptedSystem({
      directory: nodeLearn,
      instrument: (home) => (program) =>
        ['monolith', 'maintenance'].includes(program)
          ? { nodeArguments: ['--import', preload], environment: { BANYAN_CLOCK_FILE: join(home, 'clock') } }
          : { nodeArguments: [], environment: {} },
    });
  }, 240_000);
  afterAll(() => system?.stop());

  const goTo: AcceptedSystem['goTo'] = (...wanted) => system.goTo(...wanted);
  const accept = (tables: Holders, flags: readonly string[] = []) => {
    const target = { clockFile: join(system.home, 'clock'), runRecord: join(system.running.plan.directory, 'run.json') };
    return system.accept(tables, { flags, target, scenariosMin: 38 });
  };
  const stagesOf = async (extractions: readonly string[]) => {
    const state = await system.controller.read<StateView>('/v1/state');
    return new Set(extractions.map((name) => extractionIn(state, name).stage));
  };
  /** The same journeys at each of three points; where there is no browser, at none. */
  const acceptInBrowser = async (tables: Holders, flags: readonly string[] = []) =>
    withoutBrowser
      ? []
      : system.accept(tables, { flags, target: { webUrl: system.running.webUrl }, options: ['--browser'], scenariosMin: 15 });
  const expectEqualAnswers = async (extractions: readonly string[]) => {
    const { compared, mismatches } = await system.compared(extractions);
    expect(mismatches).toEqual([]);
    // Which of them had users who had just written nothing is chance.
    expect(compared).toBeGreaterThan(0);
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
    const { gatewayUrl } = system.running;
    await answerMuch(gatewayUrl, 500);
    const results = 'select * from user_question_stats order by id';
    const badges = 'select * from user_achievements order by id';
    const boards = 'select * from leaderboards order by quiz_mode_id, position';
    const at: AcceptedSystem['rowsAt'] = (program, text) => system.rowsAt(program, text);
    await postMuch(gatewayUrl, 100);
    const owned = [await at('quiz', results), await at('achievement', badges), await at('leaderboard', boards)];
    await goTo('planned', ['maintenance', 'leaderboard', 'achievement', 'quiz', 'question', 'auth']);
    expect([await at('monolith', results), await at('monolith', badges), await at('monolith', boards)]).toEqual(owned);
    expect(await post(gatewayUrl, { modeId: 9, userId: 2, correctAnswers: 500, totalQuestions: 500, streak: 500 })).toBe(201);
    const highest = Math.max(...owned[0]!.map(({ id }) => Number(id)));
    await at('monolith', `insert into users (google_id, email, name) values ('after-the-way-back', 'after@example.test', 'After')`);
    const [user] = await at('monolith', `select id from users where google_id = 'after-the-way-back'`);
    await record(gatewayUrl, { userId: user?.['id'], questionId: 1, isCorrect: false });
    const [next] = await at('monolith', `select id from user_question_stats where user_id = ${String(user?.['id'])}`);
    expect(Number(next?.['id'])).toBeGreaterThan(highest);
  });

  test.skipIf(isShortRun())('back at the monolith', async () => {
    expect(await accept(atTheMonolith)).toEqual([]);
    expect(await acceptInBrowser(atTheMonolith)).toEqual([]);
  });

  test('with the monolith off, and what was wrong with it mended', async () => {
    const { running, controller } = system;
    const names = running.plan.system.migration.extractions.map(({ name }) => name);
    for (const name of names) await (name === 'question' ? goTo('canary', [name], 100) : goTo('owner', [name]));
    const { monolith } = await controller.read<StateView>('/v1/state');
    await goTo('retired', monolith.retirementOrder);
    await controller.move('/v1/corrections', { on: true, actor: 'acceptance' }, () => {});
    const ended = () => ({ ...readEnd(running.plan.directory), programs: [...running.programs.keys()] });
    await expect
      .poll(ended)
      .toMatchObject({ isMonolithOff: true, corrections: true, programs: expect.not.arrayContaining(['monolith']) as string[] });
    expect(await accept(withoutTheMonolith, system.corrections())).toEqual([]);
    expect(await acceptInBrowser(withoutTheMonolith, system.corrections())).toEqual([]);
  });
});

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
