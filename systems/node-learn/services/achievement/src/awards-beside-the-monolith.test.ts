import { createRandom, type Program } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { achievementChecked } from '@node-learn/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startMonolith } from './testing/programs.ts';
import type { AskedQuestion } from './testing/publishers.ts';
import { awardsOf, fillMonolith } from './testing/rows.ts';
import { Scene } from './testing/scene.ts';

let monolith: TestDatabase;
let program: Program;
let port: number;
let scene: Scene;

beforeAll(async () => {
  monolith = await createTestDatabase();
  ({ program, port } = await startMonolith(monolith.url));
  await fillMonolith(monolith);
  await monolith.query('truncate user_question_stats, user_achievements');
  scene = await Scene.start();
  const { rows } = await monolith.query<{ definitions: unknown }>('select json_agg(a) as definitions from achievements a');
  await scene.database.query('truncate achievements cascade');
  await scene.database.query('insert into achievements select * from json_populate_recordset(null::achievements, $1)', [
    JSON.stringify(rows[0]?.definitions),
  ]);
}, 120_000);

afterAll(async () => {
  await scene.close();
  await program.stop();
  await monolith.close();
}, 120_000);

async function ask(path: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return (await fetch(`http://127.0.0.1:${port}${path}`, init)).json();
}

async function readBank(): Promise<AskedQuestion[]> {
  const columns = 'id::integer as "questionId", question_type as "questionType", difficulty, practical';
  return (await monolith.query<AskedQuestion & Record<string, unknown>>(`select ${columns} from questions order by id`)).rows;
}

/** Without the moment, which is each side's own. */
function withoutMoments(badges: unknown): unknown {
  return JSON.parse(JSON.stringify(badges, (name, value: unknown) => (name === 'unlocked_at' ? 'then' : value)));
}

/** Counts the answer on both sides; answers the id of its event and what the monolith gave for it. */
async function answerOnBoth(userId: number, question: AskedQuestion, isCorrect: boolean): Promise<[string, unknown]> {
  const told = await ask('/api/stats/record', { userId, questionId: question.questionId, isCorrect });
  const { id } = await scene.publishers.answer({ userId, question, isCorrect });
  return [id, (told as { awardedAchievements: unknown }).awardedAchievements];
}

/** When nothing else is under way: the two learn of it at different moments. */
async function deleteOnBoth(questionId: number): Promise<void> {
  await scene.settled();
  await monolith.query('delete from questions where id = $1', [questionId]);
  await scene.publishers.deleteQuestion(questionId);
  await scene.settled();
}

test('the same answers bring the same badges in the same answers, and the same progress', { timeout: 240_000 }, async () => {
  const random = createRandom(2026);
  let bank = await readBank();
  for (const question of bank) await scene.publishers.createQuestion(question);
  await scene.settled();
  const brought = new Map<string, unknown>();
  const play = async (...given: Parameters<typeof answerOnBoth>) => void brought.set(...(await answerOnBoth(...given)));
  // One plays everything, in any order; others play as it comes; questions are deleted before and after they were answered.
  for (const todo = [...bank]; todo.length > 0;) {
    const [question] = todo.splice(random.below(todo.length), 1);
    if (random.chance(0.1)) await play(1, question!, false);
    await play(1, question!, true);
    await play(random.below(3) + 2, random.pick(bank), random.chance(0.8));
    if (todo.length % 30 !== 20) continue;
    const gone = [question!, todo.splice(0, 1)[0]!].map(({ questionId }) => questionId);
    for (const id of gone) await deleteOnBoth(id);
    bank = bank.filter(({ questionId }) => !gone.includes(questionId));
  }
  for (let times = 0; times < 25; times += 1) await play(1, random.pick(bank), true);
  await scene.settled();
  const checked = scene.told(achievementChecked).map(({ data }) => [data.answerEventId, data.awarded] as const);
  expect(new Map(checked)).toEqual(brought);
  expect(await awardsOf(scene.database)).toEqual(await awardsOf(monolith));
  expect((await awardsOf(monolith)).filter((award) => award.startsWith('1 '))).toHaveLength(21);
  for (const userId of [1, 2, 3, 4, 5]) {
    const shown = await scene.replicas[0]!.badges.listOfUser(userId);
    expect(withoutMoments(shown)).toEqual(withoutMoments(await ask(`/api/achievements/user/${userId}`)));
  }
});
