import { createRandom, type Program } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { compareCopies, type Neighbourhood, startNeighbourhood } from './testing/neighbours.ts';
import { startMonolith } from './testing/programs.ts';
import { awardsOf, fillMonolith } from './testing/rows.ts';

// Programs take long to start on a machine that runs much else.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let monolith: TestDatabase;
let program: Program;
let monolithPort: number;
let services: Neighbourhood;

beforeAll(async () => {
  monolith = await createTestDatabase();
  ({ program, port: monolithPort } = await startMonolith(monolith.url));
  await fillMonolith(monolith);
  services = await startNeighbourhood(monolith);
});

afterAll(async () => {
  await services?.stop();
  await program?.stop();
  await monolith?.close();
});

async function record(port: number, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${port}/api/stats/record`, { method: 'POST', headers, body: JSON.stringify(body) });
  return [answer.status, await answer.json()];
}

const alike = (checked: number) => ({ checked, differing: 0, samples: [] });
const copies = (users: number) => [
  { name: 'answer-refs', ...alike(users) },
  { name: 'question-refs', ...alike(90) },
  { name: 'user-refs', ...alike(8) },
];

test('the copies of a long history are those of quiz, question and auth', async () => {
  const { rows } = await monolith.query<{ users: number }>('select count(distinct user_id)::integer as users from user_question_stats');
  expect(await compareCopies(services.achievement.database)).toEqual(copies(rows[0]!.users));
});

test('an answer given to quiz brings the badges in its own response, as in the monolith, and the copies stay equal', async () => {
  const random = createRandom(5);
  for (let round = 0; round < 60; round += 1) {
    const answer = { userId: random.below(8) + 1, questionId: random.below(90) + 1, isCorrect: random.chance(0.8) };
    expect(await record(services.quiz.port, answer)).toEqual(await record(monolithPort, answer));
  }
  expect(await awardsOf(services.achievement.database)).toEqual(await awardsOf(monolith));
  expect(await compareCopies(services.achievement.database)).toEqual(copies(8));
});

test('a check that fails takes the answer back; when it works again the next one brings everything', async () => {
  const { database } = services.achievement;
  await database.query('delete from user_achievements where user_id = 8');
  await database.query(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$;
    create trigger refuse before insert on user_achievements for each row execute function refuse()`);
  const answer = { userId: 8, questionId: 1, isCorrect: true };
  const counts = async () => (await services.quiz.database.query('select * from user_question_stats where user_id = 8 order by id')).rows;
  const before = await counts();
  expect(await record(services.quiz.port, answer)).toEqual([500, { statusCode: 500, message: 'Internal server error' }]);
  expect(await counts()).toEqual(before);
  expect(await compareCopies(database)).toEqual(copies(8));
  await database.query('drop trigger refuse on user_achievements');
  expect(await record(services.quiz.port, answer)).toEqual([
    201,
    { success: true, awardedAchievements: expect.arrayContaining([expect.objectContaining({ id: 1 })]) as unknown },
  ]);
});
