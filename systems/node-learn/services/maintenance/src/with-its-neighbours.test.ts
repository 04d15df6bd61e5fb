import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClockControl } from '@banyan/proof';
import type { RunningServiceProgram } from '@banyan/proof/server-program';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Neighbourhood, record, standing, startNeighbourhood } from './testing/neighbours.ts';
import { onClock, startMaintenance } from './testing/programs.ts';
import { resetRuns, toldNights } from './testing/rows.ts';

// Programs take long to start on a machine that runs much else.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const folder = mkdtempSync(join(tmpdir(), 'maintenance-neighbours-'));
const clockFile = join(folder, 'clock');
let neighbours: Neighbourhood;
let replicas: RunningServiceProgram[] = [];

beforeAll(async () => {
  neighbours = await startNeighbourhood();
  const { environment, databases } = neighbours;
  for (let count = 0; count < 2; count += 1) replicas.push(await startMaintenance(databases, onClock(clockFile, { environment })));
});

afterAll(async () => {
  for (const { program } of replicas) await program.stop();
  await neighbours?.stop();
  rmSync(folder, { recursive: true });
});

test('at midnight the guest begins anew in quiz and in achievement, once; others keep what they have', async () => {
  for (const userId of [1, 2]) expect(await record(neighbours, userId)).toBe(201);
  expect(await standing(neighbours)).toEqual({ results: [1, 2], badges: [1, 2] });
  const clock = createClockControl(clockFile);
  await clock.jumpToMidnight({ beforeMs: 300 });
  await expect.poll(() => standing(neighbours), { timeout: 60_000 }).toEqual({ results: [2], badges: [2] });
  expect(await record(neighbours, 1)).toBe(201);
  // Long enough for a second run to show, if there were one.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(await standing(neighbours), 'what came after midnight stays').toEqual({ results: [1, 2], badges: [1, 2] });
  const nights = (await resetRuns(neighbours.databases.database)).map(({ night }) => night);
  expect(nights).toHaveLength(1);
  expect(await toldNights(neighbours.databases)).toEqual(nights);
  await clock.reset();
});

const reconciled = async () => {
  const { rows } = await neighbours.databases.database.query(
    `select copy, checked, differing, samples from reconciliations where scheduled_for = (now() at time zone 'UTC')::date order by copy`,
  );
  return rows;
};

async function reconcileAgain(): Promise<void> {
  const { database } = neighbours.databases;
  await database.query(
    `update maintenance_runs set finished_at = null, started_at = '-infinity'
     where job = 'reconciliation' and scheduled_for = (now() at time zone 'UTC')::date`,
  );
  const open = `select from maintenance_runs where job = 'reconciliation' and finished_at is null`;
  await expect.poll(async () => (await database.query(open)).rowCount, { timeout: 60_000 }).toBe(0);
}

const metrics = async () => (await fetch(`${replicas[0]!.internalUrl}/metrics`)).text();

test('what quiz, achievement and leaderboard keep of others is compared with its owners: all equal after the reset', async () => {
  await expect.poll(reconciled, { timeout: 60_000 }).toHaveLength(6);
  await reconcileAgain();
  const equal = { differing: 0, samples: [] };
  expect(await reconciled()).toEqual([
    { copy: 'achievement.answer-refs', checked: 2, ...equal },
    { copy: 'achievement.question-refs', checked: 1, ...equal },
    { copy: 'achievement.user-refs', checked: 2, ...equal },
    { copy: 'leaderboard.user-refs', checked: 2, ...equal },
    { copy: 'quiz.question-refs', checked: 1, ...equal },
    { copy: 'quiz.user-refs', checked: 2, ...equal },
  ]);
});

test('copies that differ are named in the table, in the outcome and in the metrics of every replica, and left as they are', async () => {
  const { quiz, achievement, leaderboard } = neighbours.services;
  await leaderboard.database.query(`update user_refs set name = 'Another' where id = 2`);
  await achievement.database.query('update answer_refs set correct_count = 9 where user_id = 2');
  await quiz.database.query(`update question_refs set topic = 'Another'`);
  await reconcileAgain();
  const found = Object.fromEntries((await reconciled()).map(({ copy, samples }) => [copy, samples]));
  expect(found).toMatchObject({
    'achievement.answer-refs': [{ key: '2', what: expect.stringMatching(/fields differ: answers$/) as string }],
    'leaderboard.user-refs': [{ key: '2', what: expect.stringMatching(/fields differ: name$/) as string }],
    'quiz.question-refs': [{ key: '1', what: expect.stringMatching(/fields differ: topic$/) as string }],
  });
  const { rows } = await neighbours.databases.database.query(
    `select outcome from maintenance_runs where job = 'reconciliation' and scheduled_for = (now() at time zone 'UTC')::date`,
  );
  expect(rows).toEqual([{ outcome: 'differing: quiz.question-refs, leaderboard.user-refs, achievement.answer-refs' }]);
  const shown = await metrics();
  expect(shown).toContain('maintenance_copy_differing_keys{copy="achievement.answer-refs",service="maintenance"} 1');
  expect(shown).toContain('maintenance_copy_differing_keys{copy="achievement.user-refs",service="maintenance"} 0');
  expect(shown).toMatch(/maintenance_last_finished_timestamp_seconds\{job="guest-reset",service="maintenance"\} 1\d{9}/);
  expect((await achievement.database.query('select correct_count from answer_refs where user_id = 2')).rows).toEqual([
    { correct_count: 9 },
  ]);
});

test('nobody without the token of a service is shown a copy', async () => {
  const { quiz, achievement, leaderboard } = neighbours.services;
  for (const { internalUrl } of [quiz, achievement, leaderboard])
    expect((await fetch(`${internalUrl}/internal/copies/user-refs`)).status).toBe(401);
});

test('maintenance has no routes', async () => {
  expect((await fetch(`http://127.0.0.1:${replicas[0]!.port}/`)).status).toBe(404);
});
