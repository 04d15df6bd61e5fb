import { achievementChecked, achievementEarned, answerSubmitted } from '@node-learn/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awardsOf, tellOwner } from '../testing/rows.ts';
import { Scene } from '../testing/scene.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.start();
});
afterEach(() => scene.close());

const first = { questionId: 1 };
const second = { questionId: 2, questionType: 'text_input', difficulty: 'hard', practical: true } as const;
/** The first of the two questions brings all of these when there is another of no class of its. */
const ofFirst = [1, 4, 16, 17];

describe('an answer while this service owns the badges', () => {
  test('right: its badges, one event for each, and the outcome, all of one cause', async () => {
    await scene.publishers.createQuestion(second);
    await scene.publishers.createQuestion({ ...first, difficulty: 'medium' });
    const { id, correlationid } = await scene.publishers.answer({
      userId: 7,
      question: { ...first, difficulty: 'medium' },
      isCorrect: true,
    });
    await scene.settled();
    const awarded = [1, 10, 16, 17];
    expect(await awardsOf(scene.database)).toEqual(awarded.map((badge) => `7 has ${badge}`));
    expect(scene.earned()).toEqual(awarded.map((badge) => `7 has ${badge}`));
    const [checked] = scene.told(achievementChecked);
    expect(checked).toMatchObject({ correlationid, causationid: id, partitionkey: '7', source: '/node-learn/achievement' });
    expect(checked?.data).toMatchObject({ answerEventId: id, correlationId: correlationid, userId: '7', questionId: '1' });
    expect(checked?.data.awarded[1]).toEqual({ id: 10, title: 'Badge 10', description: 'For something', sprite_col: 3, sprite_row: 1 });
    const rows = await scene.rows<{ unlocked_at: Date }>(`select unlocked_at at time zone 'UTC' as unlocked_at from user_achievements`);
    for (const { correlationid: cause, data } of scene.told(achievementEarned)) {
      expect([cause, data.answerEventId, data.earnedAt]).toEqual([correlationid, id, rows[0]?.unlocked_at.toISOString()]);
    }
  });

  test('right without a badge, and wrong: the outcome is told all the same', async () => {
    await scene.publishers.answer({ userId: 7, question: first, isCorrect: true });
    await scene.publishers.answer({ userId: 7, question: first, isCorrect: true });
    await scene.publishers.answer({ userId: 7, question: second, isCorrect: false });
    await scene.settled();
    expect(scene.checks()).toEqual([[1, 4, 16, 17], [], []]);
    expect(await scene.counts()).toEqual(['7/1 2-0', '7/2 0-1']);
  });

  test('wrong, then right: redemption comes with the second', async () => {
    for (const isCorrect of [false, true]) await scene.publishers.answer({ userId: 7, question: second, isCorrect });
    await scene.settled();
    expect(scene.checks()).toEqual([[], [3, 5, 15, 19, 20]]);
  });

  test('an answer that comes twice has its effect once', async () => {
    const answer = await scene.publishers.answer({ userId: 7, question: first, isCorrect: true });
    for (let times = 0; times < 3; times += 1) await scene.publishers.again(answer);
    await scene.settled();
    expect([await scene.counts(), scene.checks(), scene.earned().length]).toEqual([['7/1 1-0'], [ofFirst], 4]);
  });

  test('counts are absolute: what is older than what is known changes none, and is checked all the same', async () => {
    await scene.publishers.answer({ userId: 7, question: first, isCorrect: true }, { correctCount: 9, statVersion: 50 });
    await scene.publishers.answer({ userId: 7, question: first, isCorrect: true }, { correctCount: 3, statVersion: 49 });
    await scene.settled();
    expect([await scene.counts(), scene.checks()]).toEqual([['7/1 9-0'], [ofFirst, []]]);
    await scene.publishers.answer({ userId: 7, question: first, isCorrect: true }, { correctCount: 10, statVersion: 51 });
    await scene.settled();
    expect([await scene.counts(), scene.checks().at(-1)]).toEqual([['7/1 10-0'], [9]]);
  });

  test('one that is taken back leaves its badges', async () => {
    await scene.publishers.answer({ userId: 7, question: first, isCorrect: false });
    const answer = await scene.publishers.answer({ userId: 7, question: first, isCorrect: true });
    await scene.publishers.rollBack(answer);
    await scene.settled();
    expect([await scene.counts(), await awardsOf(scene.database)]).toEqual([['7/1 0-1'], [1, 4, 5, 16, 17].map((id) => `7 has ${id}`)]);
    expect(scene.checks()).toHaveLength(2);
    await scene.publishers.answer({ userId: 7, question: first, isCorrect: true });
    await scene.settled();
    expect(scene.checks().at(-1)).toEqual([]);
  });
});

describe('who owns the badges', () => {
  const answer = () => scene.publishers.answer({ userId: 7, question: first, isCorrect: true });
  const outcome = async () => [await scene.counts(), await awardsOf(scene.database), scene.checks()];
  const mine = [['7/1 1-0'], ofFirst.map((id) => `7 has ${id}`), [ofFirst]];

  test('the monolith, or nobody was told: counts are kept, nothing is awarded, nothing is told', async () => {
    await tellOwner(scene.database, 'monolith');
    await answer();
    await scene.settled();
    expect(await outcome()).toEqual([['7/1 1-0'], [], []]);
    await scene.database.query('drop table banyan.owners');
    await answer();
    await scene.settled();
    expect(await outcome()).toEqual([['7/1 2-0'], [], []]);
  });

  test('a fence that a cutover has opened counts before the controller has told', async () => {
    await tellOwner(scene.database, 'monolith');
    await fence('closed', 0);
    await answer();
    await scene.settled();
    expect(await outcome()).toEqual([['7/1 1-0'], [], []]);
    await fence('open', 1);
    await answer();
    await scene.settled();
    expect(await outcome()).toEqual([['7/1 2-0'], mine[1], [ofFirst]]);
  });

  test('a fence that was never closed yet says nothing', async () => {
    await tellOwner(scene.database, 'monolith');
    await fence('open', 0);
    await answer();
    await scene.settled();
    expect(await outcome()).toEqual([['7/1 1-0'], [], []]);
  });

  test('while they are moved nothing is decided: when they come back, the check is made', async () => {
    await fence('closed', 1);
    await answer();
    await expect.poll(() => scene.rows('select state from banyan.set_aside')).toEqual([{ state: 'deferred' }]);
    expect(await outcome()).toEqual([[], [], []]);
    await fence('open', 1);
    await scene.settled();
    expect(await outcome()).toEqual(mine);
  });

  test('while they are moved nothing is decided: when they are gone, only the counts are kept', async () => {
    await fence('closed', 1);
    await answer();
    await expect.poll(() => scene.rows('select from banyan.set_aside')).toHaveLength(1);
    await tellOwner(scene.database, 'monolith');
    await scene.settled();
    expect(await outcome()).toEqual([['7/1 1-0'], [], []]);
  });

  async function fence(state: 'open' | 'closed', epoch: number) {
    await scene.database.query(`
      create table if not exists banyan.fence (table_name text primary key, epoch bigint not null default 0, closed boolean, changed_at timestamptz);
      insert into banyan.fence values ('public.user_achievements', ${epoch}, ${state === 'closed'}, now())
        on conflict (table_name) do update set epoch = excluded.epoch, closed = excluded.closed;
      create or replace function refuse_write() returns trigger language plpgsql as
        $$ begin raise exception 'owned by another program' using errcode = '25006'; end $$;
      create or replace trigger banyan_fence before insert or update or delete or truncate on user_achievements
        for each statement execute function refuse_write();
      alter table user_achievements ${state === 'open' ? 'disable' : 'enable'} trigger banyan_fence`);
  }
});

describe('a check that fails', () => {
  const refuse = (condition: string) =>
    scene.database
      .query(`create function refuse() returns trigger language plpgsql as $$ begin ${condition} raise exception 'planted'; end $$;
      create trigger refuse before insert on user_achievements for each row execute function refuse()`);

  test('three times: told as failed, the counts are kept and later answers are checked', async () => {
    await scene.database.query('create sequence tries');
    await refuse(`perform nextval('tries');`);
    const { id, correlationid } = await scene.publishers.answer({ userId: 7, question: first, isCorrect: true });
    await scene.settled();
    expect([scene.failures(), await scene.rows('select last_value::integer from tries')]).toEqual([['planted'], [{ last_value: 3 }]]);
    expect([await scene.counts(), await awardsOf(scene.database), scene.checks(), scene.earned()]).toEqual([['7/1 1-0'], [], [], []]);
    expect((await scene.rows(`select from banyan.inbox where event_id = '${id}' and status = 'handled'`)).length).toBe(1);
    await scene.database.query('drop trigger refuse on user_achievements');
    const next = await scene.publishers.answer({ userId: 7, question: first, isCorrect: true });
    await scene.settled();
    expect(scene.told(achievementChecked).map(({ data }) => [data.answerEventId, data.awarded.length])).toEqual([[next.id, 4]]);
    expect(correlationid).not.toBe(next.correlationid);
  });

  test('twice: tried again, and told as if nothing had been', async () => {
    await scene.database.query('create sequence tries');
    await refuse(`if nextval('tries') > 2 then return new; end if;`);
    await scene.publishers.answer({ userId: 7, question: first, isCorrect: true });
    await scene.settled();
    expect([scene.checks(), scene.failures(), scene.earned().length]).toEqual([[ofFirst], [], 4]);
  });
});

test('a check that a client asks for beside the events adds nothing to the counts, and no badge is given or told twice', async () => {
  const [replica] = scene.replicas;
  await scene.publishers.createQuestion(first);
  for (let round = 1; round <= 30; round += 1) {
    await Promise.all([
      scene.publishers.answer({ userId: 7, question: first, isCorrect: true }),
      ...Array.from({ length: 3 }, () => replica!.badges.check(7, 1, true)),
    ]);
  }
  await scene.settled();
  expect(await scene.counts()).toEqual(['7/1 30-0']);
  const held = [1, 4, 9, 16, 17].map((id) => `7 has ${id}`);
  expect(await awardsOf(scene.database)).toEqual(held);
  expect(scene.earned().toSorted()).toEqual(held.toSorted());
  expect(scene.checks()).toHaveLength(30);
});

test('what cannot be read is set aside at once', async () => {
  const data = { userId: '7', questionId: '1', isCorrect: true } as never;
  await expect(scene.publishers.publish(answerSubmitted, data)).resolves.toBeDefined();
  await expect.poll(() => scene.rows('select state, reason from banyan.set_aside')).toEqual([{ state: 'dead', reason: 'unreadable' }]);
});
