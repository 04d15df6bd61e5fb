import { findProblems } from '@banyan/contract';
import { createTokens } from '@banyan/identity';
import { findStats, listModes, recordAnswer } from '@node-learn/contracts';
import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { readQuizSettings } from './settings.ts';
import { jwtSecret } from './testing/programs.ts';
import { useQuizWorld } from './testing/quiz-world.ts';

const world = useQuizWorld();
const wrong = { userId: 2, questionId: 3, isCorrect: false };

test('what it answers is what its contracts promise', async () => {
  await world.start();
  const answers = [
    [recordAnswer, await world.record(wrong)],
    [recordAnswer, await world.record({ ...wrong, isCorrect: 'maybe' })],
    [findStats, await world.ask('/api/stats/user/2')],
    [listModes, await world.ask('/api/quiz/modes')],
  ] as const;
  expect(answers.map(([endpoint, told]) => findProblems(endpoint, told))).toEqual(answers.map(() => []));
  expect(answers.map(([, told]) => told.status)).toEqual([201, 500, 200, 200]);
});

describe('a user or question that has not arrived yet', () => {
  test('is looked up once, and known from then on', async () => {
    await world.start();
    expect((await world.record({ ...wrong, userId: 7 })).status).toBe(201);
    expect((await world.record({ ...wrong, userId: 7 })).status).toBe(201);
    expect(world.neighbours.asked).toEqual(['/internal/users/7']);
    expect(await world.counts()).toEqual([[7, 3, 0, 2]]);
  });

  test('that its owner does not know, or whose owner does not answer in 300 ms, is 500 and leaves nothing', async () => {
    await world.start();
    expect((await world.record({ ...wrong, userId: 8 })).status).toBe(500);
    expect((await world.record({ ...wrong, questionId: 99 })).status).toBe(500);
    world.neighbours.answer('/internal/users/7', undefined);
    const before = performance.now();
    expect((await world.record({ ...wrong, userId: 7 })).status).toBe(500);
    expect(performance.now() - before).toBeGreaterThan(290);
    expect(await world.counts()).toEqual([]);
  });

  test('that was deleted is not looked up again', async () => {
    await world.start();
    await world.database.query('insert into user_refs (id, is_deleted) values (7, true)');
    expect((await world.record({ ...wrong, userId: 7 })).status).toBe(500);
    expect(world.neighbours.asked).toEqual([]);
    expect(await world.counts()).toEqual([]);
  });
});

test('a result whose question is not known is not shown, but its question is still among the missed ones', async () => {
  await world.start();
  await world.database.query('insert into user_question_stats (user_id, question_id, incorrect_count) values (2, 99, 1)');
  expect((await world.ask('/api/stats/user/2')).body).toMatchObject({ questions: [] });
  expect((await world.ask('/api/stats/user/2/wrong-questions')).body).toEqual({ wrongQuestionIds: [99] });
});

test('while answers wait for one that holds their row, results are read', async () => {
  await world.start();
  await world.record(wrong);
  const holder = new Client({ connectionString: world.database.url });
  await holder.connect();
  await holder.query('begin; update user_question_stats set correct_count = correct_count');
  const answers = Array.from({ length: 30 }, () => world.record(wrong));
  const waiting =
    "select count(*)::integer as n from pg_stat_activity where application_name = 'quiz transactions' and wait_event_type = 'Lock'";
  await expect.poll(async () => (await world.database.query(waiting)).rows, { timeout: 60_000 }).toEqual([{ n: 10 }]);
  expect(await world.ask('/api/stats/user/2')).toMatchObject({ status: 200, body: { overall: { totalAttempts: 1 } } });
  await holder.query('commit');
  await holder.end();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(30).fill(201));
  expect(await world.counts()).toEqual([[2, 3, 0, 31]]);
});

test('behind a fence it answers 503 with Retry-After, writes nothing, and records again when the fence is gone', async () => {
  await world.start();
  await world.database.query(`
    create function refuse_write() returns trigger language plpgsql as $$
    begin raise exception 'user_question_stats is owned by another program' using errcode = '25006'; end $$;
    create trigger fence before insert or update or delete on user_question_stats for each statement execute function refuse_write()`);
  const refused = await world.record(wrong);
  expect(refused).toMatchObject({ status: 503, body: { statusCode: 503, message: 'Service Unavailable' } });
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await world.counts()).toEqual([]);
  await world.database.query('drop trigger fence on user_question_stats');
  expect((await world.record(wrong)).status).toBe(201);
});

test('flag stats.ownOnly: results and answers are the caller’s own, or the guest’s', async () => {
  await world.start({ environment: { FLAGS: 'stats.ownOnly' } });
  const token = await createTokens({ secret: jwtSecret }).issue({ sub: 2, email: 'a@example.test', name: 'A', isAdmin: false });
  const own = { authorization: `Bearer ${token}` };
  expect((await world.ask('/api/stats/user/2')).status).toBe(401);
  expect((await world.ask('/api/stats/user/2', undefined, own)).status).toBe(200);
  expect((await world.ask('/api/stats/user/3/wrong-questions', undefined, own)).status).toBe(401);
  expect((await world.ask('/api/stats/user/1')).status).toBe(200);
  expect((await world.record(wrong)).status).toBe(401);
  expect((await world.record(wrong, own)).status).toBe(201);
  expect((await world.record({ ...wrong, userId: 1 })).status).toBe(201);
  expect(await world.counts()).toEqual([
    [2, 3, 0, 1],
    [1, 3, 0, 1],
  ]);
});

describe('flag quiz.serverValidation', () => {
  const revealed = {
    questionId: 1,
    answer: '',
    choices: [1, 2].map((id) => ({ id, questionId: 1, choiceText: '', isGood: id === 1, explanation: null })),
    matchKeywords: [],
  };
  const body = { userId: 2, questionId: 1, answer: { shownChoiceIds: [1, 2], selectedChoiceIds: [2] } };

  test('an answer that can be judged is judged here, whatever the client says; another one is marked', async () => {
    await world.start({ environment: { FLAGS: 'quiz.serverValidation' } });
    world.neighbours.answer('/internal/questions/1/answer', () => [200, revealed]);
    expect((await world.record({ ...body, isCorrect: true })).status).toBe(201);
    expect(await world.counts()).toEqual([[2, 1, 0, 1]]);
    expect((await world.record({ ...wrong, questionId: 1 })).status).toBe(201);
    const { rows } = await world.database.query('select marks from banyan.sagas order by started_at');
    expect(rows).toEqual([{ marks: [] }, { marks: ['unverified'] }]);
  });

  test('off, what it could be judged by is ignored', async () => {
    await world.start();
    expect((await world.record({ ...body, isCorrect: false })).status).toBe(201);
    expect(world.neighbours.asked).toEqual([]);
  });
});

test('settings that are missing or wrong are named together', () => {
  expect(() => readQuizSettings({ PORT: '1', INTERNAL_PORT: '2', JWT_SECRET: 'short', AUTH_URL: 'nowhere', FLAGS: 'quiz.all' })).toThrow(
    /DATABASE_URL is not set; BROKER_URL is not set; JWT_SECRET needs at least 32 bytes; SERVICE_SECRET is not set; QUESTION_URL is not set; AUTH_URL is not a http or https URL; .*FLAGS may only name/,
  );
});
