import { type PlantedFault, plantFault, type Program } from '@banyan/proof';
import { findProblems } from '@banyan/contract';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { readBoard, userAuthenticated } from '@node-learn/contracts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { namesOfSignInsOnly, streakRenamed, withoutTurns } from './testing/faults.ts';
import { useLeaderboardWorld } from './testing/leaderboard-world.ts';
import { startMonolith } from './testing/programs.ts';
import { copyBoards, fillMonolith } from './testing/rows.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const world = useLeaderboardWorld();
let monolith: TestDatabase;
let program: Program;
let monolithPort: number;

beforeAll(async () => {
  monolith = await createTestDatabase();
  ({ program, port: monolithPort } = await startMonolith(monolith.url));
  await fillMonolith(monolith);
  await monolith.query(`insert into leaderboards values (1, 1, 5, 9, 9, 3, '2026-01-01'), (1, 2, 7, 4, 9, 0, '2026-01-01')`);
});
afterAll(async () => {
  await program?.stop();
  await monolith?.close();
});
beforeEach(async () => {
  const { rows } = await monolith.query<{ id: number; name: string }>('select id, name from users');
  for (const { id, name } of rows) world.neighbours.users.set(id, name);
  for (let mode = 1; mode <= 10; mode += 1) world.neighbours.modes.add(mode);
  await copyBoards(monolith, world.database);
});

/** As at the move: the copies are filled by what runs. */
async function startWith(fault?: PlantedFault): Promise<void> {
  await world.start(fault === undefined ? { nodeArguments: [] } : plantFault(fault));
  await world.database.query('truncate user_refs, mode_refs');
  await world.database.query('update banyan.projections set fill_asked_at = now()');
  await isAnswered();
}

async function isAnswered(): Promise<void> {
  const open = 'select from banyan.projections where fill_asked_at is not null or check_asked_at is not null';
  await expect.poll(async () => (await world.database.query(open)).rows.length, { timeout: 60_000 }).toBe(0);
}

/** The projection check: keys of leaderboard's copies that differ from their owners'. */
async function differingKeys(): Promise<Record<string, number>> {
  await world.database.query('update banyan.projections set check_asked_at = now()');
  await isAnswered();
  const { rows } = await world.database.query<{ name: string; differing: number }>(
    'select name, differing::integer from banyan.projections',
  );
  return Object.fromEntries(rows.map(({ name, differing }) => [name, differing]));
}

/** Fields of real places that the service shows otherwise than the monolith. */
async function differingFields(): Promise<string[]> {
  const path = '/api/leaderboard/mode/1';
  const real = (body: unknown) => (body as Record<string, unknown>[]).filter((place) => place['user_id'] !== 0);
  const shown = real((await world.ask(path)).body);
  const expected = real(await (await fetch(`http://127.0.0.1:${monolithPort}${path}`)).json());
  const names = new Set([...shown, ...expected].flatMap((place) => Object.keys(place)));
  return [...names].filter((name) => expected.some((place, at) => place[name] !== shown[at]?.[name])).toSorted();
}

async function problemsOfBoard(): Promise<number> {
  return findProblems(readBoard, await world.ask('/api/leaderboard/mode/1')).length;
}

/** Twenty runs of twenty users at once: answers that are none of 201, and places of the six best that are missing. */
async function lostAtOnce(): Promise<number> {
  const users = Array.from({ length: 20 }, (_, index) => index + 2);
  const answers = await Promise.all(users.map((user) => world.post([9, user, user])));
  const best = users.slice(-6).toReversed();
  const board = await world.board(9);
  const missing = best.filter((user, index) => board[index] !== `9/${index + 1} ${user}: ${user} of 9, 0`);
  return answers.filter(({ status }) => status !== 201).length + missing.length;
}

test('without a fault boards are as in the monolith and as promised, copies equal, and nothing is lost', async () => {
  await startWith();
  expect([await differingFields(), await problemsOfBoard(), await differingKeys(), await lostAtOnce()]).toEqual([
    [],
    0,
    { 'mode-refs': 0, 'user-refs': 0 },
    0,
  ]);
});

test(`${streakRenamed.name}: the contract check, and the field beside the monolith's`, async () => {
  await startWith(streakRenamed);
  expect(await differingFields()).toEqual(['best_streak', 'streak']);
  expect(await problemsOfBoard()).toBeGreaterThan(0);
});

test(`${namesOfSignInsOnly.name}: the projection check, and nameless rows beside the monolith's`, async () => {
  await startWith(namesOfSignInsOnly);
  const person = { email: '7@example.test', picture: null, isAdmin: false, provider: 'google', firstLogin: false } as const;
  await world.others.publish(userAuthenticated, { ...person, userId: '7', name: 'Learner 7', authenticatedAt: '2026-01-01T00:00:00.000Z' });
  world.neighbours.sequences.set(7, '1');
  await world.settled();
  expect(await differingFields()).toEqual(['username']);
  expect(await problemsOfBoard()).toBeGreaterThan(0);
  expect(await differingKeys()).toEqual({ 'mode-refs': 0, 'user-refs': 59 });
});

test(`${withoutTurns.name}: answers and places of many at once`, async () => {
  await startWith(withoutTurns);
  expect(await lostAtOnce()).toBeGreaterThan(0);
});
