import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awardsOf, tellOwner } from '../testing/rows.ts';
import { Scene } from '../testing/scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.start();
});
afterEach(() => scene.close());

const single = (questionId: number) => ({ questionId });
const right = (userId: number, questionId: number) => scene.publishers.answer({ userId, question: single(questionId), isCorrect: true });
const known = async (table: string) =>
  (await scene.rows<{ id: number }>(`select id::integer as id from ${table} order by id`)).map(({ id }) => id);
const ofAll = (user: number) => [1, 4, 16, 17].map((id) => `${user} has ${id}`);

describe('questions', () => {
  test('inactive ones count for masteries, and one that is deleted no more: the badge comes with the next right answer', async () => {
    await scene.publishers.createQuestion(single(1));
    await scene.publishers.createQuestion(single(2), false);
    await scene.settled(); // keys have no order among each other
    await right(7, 1);
    await scene.settled();
    expect(scene.checks()).toEqual([[1]]);
    await scene.publishers.deleteQuestion(2);
    await scene.settled();
    expect(await awardsOf(scene.database)).toEqual(['7 has 1']);
    await right(7, 1);
    await scene.settled();
    expect(scene.checks()).toEqual([[1], [4, 16, 17]]);
  });

  test('one that was answered before it was told counts at once, and as it is told later', async () => {
    await right(7, 1);
    await scene.settled();
    expect([await known('question_refs'), scene.checks()]).toEqual([[1], [[1, 4, 16, 17]]]);
    await scene.publishers.createQuestion({ questionId: 1, difficulty: 'hard' });
    await scene.settled();
    expect(await scene.rows('select * from question_refs')).toEqual([
      { id: '1', question_type: 'single_choice', difficulty: 'hard', practical: false },
    ]);
  });

  test('one that is deleted takes its answers along, and an answer on its way does not bring them back', async () => {
    await right(7, 1);
    await right(7, 2);
    await right(8, 1);
    await scene.settled();
    await scene.publishers.deleteQuestion(1);
    await scene.settled();
    expect([await scene.counts(), await known('question_refs')]).toEqual([['7/2 1-0'], [2]]);
    await right(7, 1);
    await scene.settled();
    expect([await scene.counts(), await known('question_refs'), scene.checks().at(-1)]).toEqual([['7/2 1-0'], [2], []]);
  });
});

describe('users', () => {
  test('are known once they exist, and the guest is one of them', async () => {
    const [replica] = scene.replicas;
    await expect(replica!.badges.guestId()).rejects.toThrow('There is no user 1 to be the guest');
    await scene.publishers.createUser(1);
    await scene.publishers.createUser(7);
    await scene.settled();
    expect([await known('user_refs'), await replica!.badges.guestId()]).toEqual([[1, 7], 1]);
  });

  test('one that is deleted takes results and badges along, and an answer on its way does not bring them back', async () => {
    await scene.publishers.createUser(7);
    for (const user of [7, 8]) await right(user, 1);
    await scene.settled();
    await scene.publishers.deleteUser(7);
    await right(7, 1);
    await scene.settled();
    expect([await known('user_refs'), await scene.counts(), await awardsOf(scene.database)]).toEqual([[], ['8/1 1-0'], ofAll(8)]);
    expect(scene.checks().at(-1)).toEqual([]);
  });

  test('the monolith removes its own badges', async () => {
    await right(7, 1);
    await scene.settled();
    await tellOwner(scene.database, 'monolith');
    await scene.publishers.deleteUser(7);
    await scene.settled();
    expect([await scene.counts(), await awardsOf(scene.database)]).toEqual([[], ofAll(7)]);
  });
});

describe('the nightly reset', () => {
  const outcome = async () => [await scene.counts(), await awardsOf(scene.database)];

  test('removes results and badges of its user, and what is earned afterwards counts from the beginning', async () => {
    for (const user of [1, 7]) await right(user, 1);
    await scene.publishers.reset(1, '2026-02-03');
    await scene.settled();
    expect(await outcome()).toEqual([['7/1 1-0'], ofAll(7)]);
    scene.publishers.applyReset(1, '2026-02-03');
    await right(1, 1);
    await scene.settled();
    expect(await outcome()).toEqual([
      ['1/1 1-0', '7/1 1-0'],
      [...ofAll(1), ...ofAll(7)],
    ]);
    expect(scene.checks().at(-1)).toEqual([1, 4, 16, 17]);
  });

  test('an answer from before it, that quiz told later, changes nothing and is told as checked', async () => {
    await scene.publishers.reset(1, '2026-02-03');
    await scene.settled();
    await right(1, 1);
    await scene.settled();
    expect([await outcome(), scene.checks()]).toEqual([[[], []], [[]]]);
  });

  test('an answer from after it, that comes first, implies it; the reset itself then removes nothing', async () => {
    await right(1, 1);
    await right(1, 2);
    await scene.settled();
    scene.publishers.applyReset(1, '2026-02-03');
    await right(1, 1);
    await scene.settled();
    expect([await outcome(), scene.checks().at(-1)]).toEqual([[['1/1 1-0'], ['1 has 1']], [1]]);
    await scene.publishers.reset(1, '2026-02-03');
    await scene.settled();
    expect(await outcome()).toEqual([['1/1 1-0'], ['1 has 1']]);
    await scene.publishers.reset(1, '2026-02-04');
    await scene.settled();
    expect(await outcome()).toEqual([[], []]);
  });

  test('of an earlier day that comes late removes nothing', async () => {
    await scene.publishers.reset(1, '2026-02-03');
    await scene.settled();
    scene.publishers.applyReset(1, '2026-02-03');
    await right(1, 1);
    await scene.publishers.reset(1, '2026-02-02');
    await scene.settled();
    expect(await outcome()).toEqual([['1/1 1-0'], ofAll(1)]);
  });

  test('leaves badges to the monolith while that owns them', async () => {
    await right(1, 1);
    await scene.settled();
    await tellOwner(scene.database, 'monolith');
    await scene.publishers.reset(1, '2026-02-03');
    await scene.settled();
    expect(await outcome()).toEqual([[], ofAll(1)]);
  });

  test('an undo from before it changes nothing', async () => {
    const answer = await right(1, 1);
    await scene.publishers.reset(1, '2026-02-03');
    await scene.settled();
    await scene.publishers.rollBack(answer);
    await scene.settled();
    expect(await outcome()).toEqual([[], []]);
  });
});
