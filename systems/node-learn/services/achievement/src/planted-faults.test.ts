import { type PlantedFault, plantFault, type Program } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { achievementEndpoints } from '@node-learn/contracts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { countedTwice, guestSwallowed, historyForgotten, ownGroups, silence } from './testing/faults.ts';
import { compareCopies, fillCopies, type Neighbourhood, startNeighbourhood } from './testing/neighbours.ts';
import { type RunningAchievement, startAchievement, startMonolith } from './testing/programs.ts';
import { fillMonolith } from './testing/rows.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let monolith: TestDatabase;
let program: Program;
let monolithPort: number;
let services: Neighbourhood;
let replicas: RunningAchievement[] = [];

beforeAll(async () => {
  monolith = await createTestDatabase();
  ({ program, port: monolithPort } = await startMonolith(monolith.url));
  await fillMonolith(monolith);
  services = await startNeighbourhood(monolith);
  replicas = [services.achievement];
});

afterAll(async () => {
  for (const replica of replicas) await replica.program.stop();
  await services?.stop();
  await program?.stop();
  await monolith?.close();
});

/** In place of what runs of achievement; its copies are filled as at the move. */
async function startWith(fault: PlantedFault, instances = 1): Promise<void> {
  for (const replica of replicas.splice(0)) await replica.program.stop();
  const { achievement, broker, environment } = services;
  const planted = plantFault(fault);
  const start = () =>
    startAchievement({ database: achievement.database, broker }, { ...planted, environment: { ...environment, ...planted.environment } });
  replicas = await Promise.all(Array.from({ length: instances }, start));
  await achievement.database.query('truncate answer_refs, question_refs, user_refs');
  await fillCopies(achievement.database);
}

async function ask(port: number, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/json' };
  const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return { status: answer.status, body: await answer.json() };
}

/** One that earns nothing: user 7 has every badge. */
const answer = { userId: 7, questionId: 1, isCorrect: true };
const record = () => ask(services.quiz.port, '/api/stats/record', answer);

/** The projection check: keys of achievement's copies that differ from their owners'. */
async function differingKeys(): Promise<Record<string, number>> {
  const copies = (await compareCopies(services.achievement.database)) as { name: string; differing: number }[];
  return Object.fromEntries(copies.map(({ name, differing }) => [name, differing]));
}

const allEqual = { 'answer-refs': 0, 'question-refs': 0, 'user-refs': 0 };

/** Every route of the contract that only reads, asked of both: the names of those that the service answers otherwise than the monolith. */
async function differingRoutes(userId: number): Promise<string[]> {
  const differing: string[] = [];
  for (const { name, path } of achievementEndpoints.filter(({ effect }) => effect.writes.length === 0)) {
    const [shown, expected] = await Promise.all(
      [replicas[0]!.port, monolithPort].map((port) => ask(port, path.replace(':userId', String(userId)))),
    );
    if (JSON.stringify(shown) !== JSON.stringify(expected)) differing.push(name);
  }
  return differing;
}

/** Answers for which more than one outcome was told. */
async function checkedTwice(): Promise<number> {
  const statement = `select payload ->> 'answerEventId' from banyan.events where type = 'achievement.checked' group by 1 having count(*) > 1`;
  return (await services.broker.query(statement)).rows.length;
}

async function lateAnswers(): Promise<number> {
  return (await services.quiz.database.query(`select from banyan.sagas where 'late' = any(marks)`)).rows.length;
}

test('without a fault copies are equal, routes answer as in the monolith, and each answer is checked once and in time', async () => {
  expect(await differingKeys()).toEqual(allEqual);
  expect(await differingRoutes(4)).toEqual([]);
  const { achievement, broker, environment } = services;
  replicas.push(await startAchievement({ database: achievement.database, broker }, { environment }));
  for (let time = 0; time < 4; time += 1) expect(await record()).toMatchObject({ status: 201 });
  expect((await ask(replicas[1]!.port, '/api/achievements/check', answer)).status).toBe(201);
  expect([await checkedTwice(), await lateAnswers()]).toEqual([0, 0]);
  expect(await differingKeys()).toEqual(allEqual);
});

test(`${guestSwallowed.name}: no contract is for the route that swallows it, and the service does not start`, async () => {
  await expect(startWith(guestSwallowed)).rejects.toThrow('AchievementsController.listOfUser (GET /api/achievements/:userId)');
});

test(`${countedTwice.name}: the projection check names the user`, async () => {
  await startWith(countedTwice);
  expect((await ask(replicas[0]!.port, '/api/achievements/check', answer)).status).toBe(201);
  expect(await differingKeys()).toEqual({ ...allEqual, 'answer-refs': 1 });
});

test(`${silence.name}: the answer sits out its 5 s, and its saga says so`, async () => {
  await startWith(silence);
  const before = await lateAnswers();
  expect(await record()).toMatchObject({ status: 201, body: { awardedAchievements: [] } });
  expect((await lateAnswers()) - before).toBe(1);
});

test(`${ownGroups.name}: two outcomes of one answer are in the event store`, async () => {
  await startWith(ownGroups, 2);
  expect(await record()).toMatchObject({ status: 201 });
  await expect.poll(checkedTwice, { timeout: 60_000 }).toBeGreaterThan(0);
});

test(`${historyForgotten.name}: the projection check, and the shown progress beside the monolith's`, async () => {
  await startWith(historyForgotten);
  const { rows } = await monolith.query<{ users: number }>('select count(distinct user_id)::integer as users from user_question_stats');
  expect(await differingKeys()).toEqual({ 'answer-refs': rows[0]?.users, 'question-refs': 90, 'user-refs': 0 });
  expect(await differingRoutes(4)).toEqual(['achievements.of-user']);
});
