import { createServiceTokens } from '@banyan/identity';
import {
  answerRefs,
  questionCreated,
  questionDeleted,
  questionUpdated,
  userAuthenticated,
  userCreated,
  userDeleted,
  userStatsReset,
} from '@node-learn/contracts';
import { describe, expect, test } from 'vitest';
import { serviceSecret } from '../testing/programs.ts';
import { useQuizWorld } from '../testing/quiz-world.ts';

const world = useQuizWorld();
const wrong = { userId: 2, questionId: 3, isCorrect: false };
const times = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };
const question = {
  questionId: '3',
  questionType: 'text_input',
  practical: true,
  difficulty: 'hard',
  topic: 'Streams',
  question: 'How?',
  quiz: null,
  isActive: true,
  choiceCount: 0,
  keywordCount: 1,
  ...times,
} as const;
const person = { email: 'ada@example.test', name: 'Ada', picture: null, isAdmin: false };
const users = '/internal/users/refs';
const questions = '/internal/questions/refs';

/** As the controller asks, when an extraction needs the copies. */
async function fill(): Promise<void> {
  await world.database.query('update banyan.projections set fill_asked_at = now()');
  const unfilled = 'select name from banyan.projections where filled_at is null or fill_asked_at is not null';
  await expect.poll(async () => (await world.database.query(unfilled)).rows, { timeout: 60_000 }).toEqual([]);
}

const entry = (key: string, data: unknown = {}, sequence = '1') => ({ key, sequence, data });

describe('the copies of users and questions', () => {
  test('are filled from their owners page by page, kept by events, and equal to them', async () => {
    await world.start();
    world.neighbours.answer(users, () => [200, { entries: [entry('2', { name: 'B' }), entry('8')], next: '8' }]);
    world.neighbours.answer(`${users}?after=8`, () => [200, { entries: [entry('9')] }]);
    world.neighbours.answer(questions, () => [200, { entries: [entry('3', question, '1')] }]);
    await fill();
    const ids = async (table: string) =>
      (await world.database.query(`select id::integer from ${table} order by id`)).rows.map(({ id }) => id as number);
    expect([await ids('user_refs'), await ids('question_refs')]).toEqual([[2, 8, 9], [3]]);
    const about = { ...person, userId: '11', firstLogin: false, provider: 'google', authenticatedAt: times.createdAt } as const;
    await world.others.publish(userCreated, { ...person, userId: '10', createdAt: times.createdAt });
    await world.others.publish(userAuthenticated, about);
    await world.others.publish(questionCreated, { ...question, questionId: '4' });
    await world.others.publish(questionUpdated, { ...question, question: 'left out: the snapshot has it' });
    await world.others.publish(questionUpdated, { ...question, question: 'Why?' });
    await expect.poll(() => ids('user_refs')).toEqual([2, 8, 9, 10, 11]);
    const texts = async () =>
      (await world.database.query('select question from question_refs order by id')).rows.map(({ question: text }) => text as string);
    await expect.poll(texts).toEqual(['Why?', 'How?']);
    await world.record(wrong);
    expect(await world.ask('/api/stats/user/2')).toMatchObject({
      body: { questions: [{ question: 'Why?', topic: 'Streams', difficulty: 'hard' }] },
    });
    world.neighbours.answer(questions, () => [
      200,
      { entries: [entry('3', { ...question, question: 'Why?' }, '2'), entry('4', question)] },
    ]);
    await world.database.query("update banyan.projections set check_asked_at = now() where name = 'question-refs'");
    const checked =
      "select checked::integer, differing::integer from banyan.projections where name = 'question-refs' and checked_at is not null";
    await expect.poll(async () => (await world.database.query(checked)).rows, { timeout: 60_000 }).toEqual([{ checked: 2, differing: 0 }]);
  });

  test('a question that is deleted takes its results along, and does not come back by a look-up', async () => {
    await world.start();
    await world.record(wrong);
    await world.record({ ...wrong, questionId: 4 });
    world.neighbours.answer('/internal/questions/3/ref', () => [200, entry('3', question)]);
    world.neighbours.answer(users, () => [200, { entries: [entry('2')] }]);
    world.neighbours.answer(questions, () => [
      200,
      { entries: [entry('3', question, '0'), entry('4', { ...question, questionId: '4' }, '0')] },
    ]);
    await fill();
    await world.others.publish(questionDeleted, { questionId: '3', deletedAt: times.createdAt });
    await expect.poll(() => world.counts()).toEqual([[2, 4, 0, 1]]);
    expect((await world.record(wrong)).status).toBe(500);
    expect(await world.counts()).toEqual([[2, 4, 0, 1]]);
    expect(await world.ask('/api/stats/user/2/wrong-questions')).toMatchObject({ body: { wrongQuestionIds: [4] } });
  });

  test('a user who is deleted takes their results along', async () => {
    await world.start();
    await world.record(wrong);
    await world.record({ ...wrong, userId: 3 });
    await world.others.publish(userDeleted, { userId: '2', deletedAt: times.createdAt });
    await expect.poll(() => world.counts()).toEqual([[3, 3, 0, 1]]);
  });
});

describe('a reset', () => {
  const reset = (scheduledFor: string) => {
    const resetAt = `${scheduledFor}T00:00:00.000Z`;
    return world.others.publish(userStatsReset, { userId: '1', scheduledFor, resetAt, reason: 'nightly-guest-reset' });
  };
  const guest = { ...wrong, userId: 1 };

  test('removes the results of its user alone; what is told from then on names it, with versions that go on rising', async () => {
    await world.start();
    await world.record(guest);
    await world.record(wrong);
    await reset('2026-11-21');
    await expect.poll(() => world.counts()).toEqual([[2, 3, 0, 1]]);
    await world.record(guest);
    await reset('2026-11-20');
    await reset('2026-11-22');
    await expect.poll(() => world.counts()).toEqual([[2, 3, 0, 1]]);
    await world.record(guest);
    const ofGuest = () => world.others.heard.filter(({ partitionkey }) => partitionkey === '1').map(({ data }) => data);
    await expect.poll(ofGuest).toMatchObject([
      { statsEpoch: null, statVersion: 1, incorrectCount: 1 },
      { statsEpoch: '2026-11-21', statVersion: 3, incorrectCount: 1 },
      { statsEpoch: '2026-11-22', statVersion: 4, incorrectCount: 1 },
    ]);
  });

  test('while the monolith owns the results leaves them to it; while they are moving it waits', async () => {
    await world.start();
    await world.record(guest);
    await world.database.query(`
      create function refuse_write() returns trigger language plpgsql as $$ begin raise exception 'moved' using errcode = '25006'; end $$;
      create trigger fence before insert or update or delete on user_question_stats for each statement execute function refuse_write()`);
    const epoch = async () =>
      (await world.database.query<{ epoch: string | null }>('select stats_epoch::text as epoch from user_refs where id = 1')).rows[0]
        ?.epoch;
    await reset('2026-11-21');
    await expect.poll(epoch).toBe('2026-11-21');
    expect(await world.counts()).toEqual([[1, 3, 0, 1]]);
    await world.own('quiz', 'quiz');
    await reset('2026-11-22');
    await expect.poll(async () => (await world.database.query('select state from banyan.set_aside')).rows).toEqual([{ state: 'deferred' }]);
    await world.database.query('drop trigger fence on user_question_stats');
    await expect.poll(() => world.counts()).toEqual([]);
    expect(await epoch()).toBe('2026-11-22');
  });
});

test('other services see the results user by user, each with its last event, and nobody else does', async () => {
  await world.start();
  await world.record(wrong);
  await world.record({ ...wrong, questionId: 1 });
  await world.record({ ...wrong, userId: 1 });
  await world.database.query('update user_question_stats set incorrect_count = 0 where user_id = 1');
  await world.database.query("update user_refs set stats_epoch = '2026-11-21' where id = 2");
  const ask = async (token: string) => {
    const answer = await fetch(`${world.quiz.internalUrl}/internal/stats`, { headers: { authorization: `Bearer ${token}` } });
    const body: unknown = await answer.json();
    return { status: answer.status, body };
  };
  const told = await ask(await createServiceTokens({ service: 'achievement', secret: serviceSecret }).issue('quiz'));
  const none = { correctCount: 0, incorrectCount: 1 };
  const answers = [
    { questionId: '1', ...none },
    { questionId: '3', ...none },
  ];
  expect(answerRefs.parse(told.body)).toEqual({ entries: [{ key: '2', sequence: '2', data: { statsEpoch: '2026-11-21', answers } }] });
  expect((await ask('x')).status).toBe(401);
  expect((await world.ask('/internal/stats')).status).toBe(404);
});
