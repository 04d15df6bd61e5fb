import { achievementCheckFailed, answerRolledBack, answerSubmissionFailed, answerSubmitted, userStatsReset } from '@node-learn/contracts';
import { describe, expect, test } from 'vitest';
import { useQuizWorld } from '../testing/quiz-world.ts';

const world = useQuizWorld();
/** Where nothing shall be late, nothing is late because the machine is slow. */
const patient = { environment: { CHECK_WITHIN_MS: '60000', FLOW_BACK_WITHIN_MS: '60000' } };
const atOnceMs = 50_000;
const right = { userId: 2, questionId: 1, isCorrect: true };
const badge = { id: 1, title: 'First Steps', description: 'First', sprite_col: 0, sprite_row: 0 };
const correlationId = '0190f0c4-0000-7000-8000-00000000abcd';

interface SagaRow {
  readonly state: string;
  readonly marks: readonly string[];
}

async function sagas(): Promise<SagaRow[]> {
  return (await world.database.query<{ state: string; marks: string[] }>('select state, marks from banyan.sagas order by started_at')).rows;
}

describe('while achievement owns badges', () => {
  const start = async (options = patient) => {
    await world.own('achievement', 'achievement');
    await world.start(options);
  };

  test('a right answer is told, and answered with the badges that achievement awards for it', async () => {
    world.others.check(() => [badge]);
    await start();
    const before = performance.now();
    const told = await world.record({ ...right, streak: 4, quizModeId: '9' }, { 'x-trace-id': correlationId });
    expect(told).toMatchObject({ status: 201, body: { success: true, awardedAchievements: [badge] } });
    expect(performance.now() - before).toBeLessThan(atOnceMs);
    const [submitted] = world.others.heard;
    expect(submitted).toMatchObject({ correlationid: correlationId, partitionkey: '2', source: '/node-learn/quiz' });
    expect(answerSubmitted.data.parse(submitted?.data)).toEqual({
      userId: '2',
      questionId: '1',
      isCorrect: true,
      streak: 4,
      quizModeId: '9',
      timestamp: expect.any(String),
      correctCount: 1,
      incorrectCount: 0,
      statVersion: 1,
      statsEpoch: null,
      questionType: 'single_choice',
      practical: false,
      difficulty: 'easy',
    });
    expect(await sagas()).toEqual([{ state: 'completed', marks: [] }]);
    expect(world.neighbours.asked).toEqual([]);
  });

  test('a wrong answer is told, and answered at once', async () => {
    await start();
    const before = performance.now();
    expect(await world.record({ ...right, isCorrect: false })).toMatchObject({ status: 201, body: { awardedAchievements: [] } });
    expect(performance.now() - before).toBeLessThan(atOnceMs);
    await expect.poll(() => world.others.heard.map(({ data }) => data)).toMatchObject([{ isCorrect: false, incorrectCount: 1 }]);
  });

  test('a check that failed takes the answer back, told with what is left, and the caller gets 500', async () => {
    world.others.check(() => 'failed');
    await start();
    expect((await world.record(right)).status).toBe(500);
    expect(await world.counts()).toEqual([]);
    await expect.poll(() => world.others.heard.length).toBe(3);
    const [submitted, rolledBack, failed] = world.others.heard;
    expect(answerRolledBack.data.parse(rolledBack?.data)).toEqual({
      userId: '2',
      questionId: '1',
      answerEventId: submitted?.id,
      correctCount: 0,
      incorrectCount: 0,
      statVersion: 2,
      statsEpoch: null,
      reason: 'badges are broken',
    });
    expect(answerSubmissionFailed.data.parse(failed?.data)).toMatchObject({
      correlationId: submitted?.correlationid,
      error: 'badges are broken',
      step: 'check',
    });
    expect(new Set(world.others.heard.map(({ correlationid }) => correlationid)).size).toBe(1);
    expect(await sagas()).toMatchObject([{ state: 'compensated' }]);
    expect(await world.ask('/api/stats/user/2')).toMatchObject({ status: 200, body: { questions: [] } });
  });

  test('only what the failed answer added is taken back: what came in between stays', async () => {
    world.others.check(({ data }) => (data['correctCount'] === 1 ? 'silent' : []));
    await start();
    const first = world.record(right);
    await expect.poll(() => world.others.heard.length).toBe(1);
    await world.record({ ...right, isCorrect: false });
    await world.record(right);
    await failFirstAnswer();
    expect((await first).status).toBe(500);
    expect(await world.counts()).toEqual([[2, 1, 1, 1]]);
    await expect.poll(() => world.others.ofType('answer.rolled_back')).toHaveLength(1);
    expect(world.others.ofType('answer.rolled_back')[0]?.data).toMatchObject({ correctCount: 1, incorrectCount: 1 });
  });

  test('an answer that a reset has taken already is not taken from what was counted since', async () => {
    world.others.check(({ data }) => (data['statsEpoch'] === null ? 'silent' : []));
    await start();
    const first = world.record({ ...right, userId: 1 });
    await expect.poll(() => world.others.heard.length).toBe(1);
    const resetAt = '2026-11-22T00:00:00.000Z';
    await world.others.publish(userStatsReset, { userId: '1', scheduledFor: '2026-11-22', resetAt, reason: 'nightly-guest-reset' });
    await expect.poll(() => world.counts()).toEqual([]);
    expect((await world.record({ ...right, userId: 1 })).status).toBe(201);
    await failFirstAnswer();
    expect((await first).status).toBe(500);
    expect(await world.counts()).toEqual([[1, 1, 1, 0]]);
    await expect.poll(() => world.others.ofType('answer_submission.failed')).toHaveLength(1);
    expect(world.others.ofType('answer.rolled_back')).toEqual([]);
  });

  test('an answer whose check comes late stands', async () => {
    await start({ environment: { ...patient.environment, CHECK_WITHIN_MS: '1000' } });
    const before = performance.now();
    expect(await world.record(right)).toMatchObject({ status: 201, body: { awardedAchievements: [] } });
    expect(performance.now() - before).toBeGreaterThan(900);
    expect(await world.counts()).toEqual([[2, 1, 1, 0]]);
    expect(await sagas()).toEqual([{ state: 'completed', marks: ['late'] }]);
    await failFirstAnswer();
    await world.record({ ...right, isCorrect: false });
    expect(await world.counts()).toEqual([[2, 1, 1, 1]]);
  });

  /** As achievement would, much later. */
  async function failFirstAnswer(): Promise<void> {
    const { id, correlationid, data } = world.others.heard[0]!;
    const { userId, questionId } = answerSubmitted.data.parse(data);
    const about = { answerEventId: id, correlationId: correlationid, userId, questionId };
    await world.others.publish(achievementCheckFailed, { ...about, error: 'badges are broken' });
  }

  test('a hundred at once over two instances are a hundred, told one by one', async () => {
    world.others.check(() => []);
    await start();
    const ports = [world.quiz.port, (await world.start(patient)).port];
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const url = `http://127.0.0.1:${ports[index % 2]}/api/stats/record`;
        const headers = { 'content-type': 'application/json' };
        return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ ...right, userId: 1 }) })).status;
      }),
    );
    expect(answers).toEqual(Array(100).fill(201));
    expect(await world.counts()).toEqual([[1, 1, 100, 0]]);
    await expect.poll(() => world.others.heard.length).toBe(100);
    const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(world.others.heard.map(({ sequence }) => Number(sequence))).toEqual(numbers);
    expect(world.others.heard.map(({ data }) => data['correctCount'])).toEqual(numbers);
    const versions = world.others.heard.map(({ data }) => data['statVersion'] as number);
    expect(versions).toEqual(versions.toSorted((one, other) => one - other));
  });

  test('without the broker answers are counted, and told when it is back', async () => {
    await start();
    await world.database.query(`alter database ${world.broker.name} with allow_connections false`);
    await world.database.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${world.broker.name}'`);
    for (let time = 0; time < 3; time++) expect((await world.record({ ...right, isCorrect: false })).status).toBe(201);
    await world.database.query(`alter database ${world.broker.name} with allow_connections true`);
    const told = async () =>
      (await world.broker.query("select count(*)::integer as n from banyan.events where type = 'answer.submitted'")).rows[0];
    await expect.poll(told, { timeout: 90_000 }).toEqual({ n: 3 });
  });
});

describe('while the monolith owns badges', () => {
  const reached = '/v1/reached?extraction=quiz';
  const check = '/api/achievements/check';

  test('it is asked for them once the answer has flowed back, and not in the name of the caller, who waits', async () => {
    await world.start(patient);
    world.neighbours.answer(check, () => [201, { awardedAchievements: [badge] }]);
    const headers = { authorization: 'Bearer bad', 'user-agent': 'a browser' };
    expect(await world.record(right, headers)).toMatchObject({ status: 201, body: { awardedAchievements: [badge] } });
    expect(world.neighbours.asked).toEqual([reached, check]);
    expect(world.neighbours.askers.get(check)).toEqual([undefined, 'node-learn quiz']);
    await expect.poll(() => world.others.heard).toHaveLength(1);
  });

  test('a check that it answers with 500 is 500 here, and the answer stands', async () => {
    await world.start(patient);
    world.neighbours.answer(check, () => [500, { statusCode: 500, message: 'Internal server error' }]);
    expect((await world.record(right)).status).toBe(500);
    expect(await world.counts()).toEqual([[2, 1, 1, 0]]);
    expect(await sagas()).toEqual([{ state: 'completed', marks: ['unchecked'] }]);
    expect(world.others.ofType('answer.rolled_back')).toEqual([]);
  });

  test.each([
    ['what the answer has flowed back cannot be told', reached, () => [503, {}] as const],
    ['it is moving', check, () => [503, {}] as const],
    ['nobody answers', reached, undefined],
  ])('while %s the caller is told at once, and the check is done when it can be', async (_, path, how) => {
    await world.start({ environment: { CHECK_WITHIN_MS: '60000' } });
    world.neighbours.answer(check, () => [201, { awardedAchievements: [badge] }]);
    world.neighbours.answer(path, how);
    const before = performance.now();
    expect(await world.record(right)).toMatchObject({ status: 201, body: { awardedAchievements: [] } });
    expect(performance.now() - before).toBeLessThan(atOnceMs);
    world.neighbours.answer(path, () => (path === reached ? [200, {}] : [201, { awardedAchievements: [badge] }]));
    expect(await sagas()).toEqual([{ state: 'completed', marks: ['late'] }]);
    await expect.poll(uncheckedAnswers, { timeout: 60_000 }).toBe(0);
    expect(world.neighbours.asked.at(-1)).toBe(check);
    expect(await world.counts()).toEqual([[2, 1, 1, 0]]);
  });

  async function uncheckedAnswers(): Promise<number | null> {
    return (await world.database.query('select from unchecked_answers')).rowCount;
  }

  test('from the moment it is told otherwise, the next answer waits for achievement', async () => {
    world.others.check(() => [badge]);
    world.neighbours.answer(check, () => [201, { awardedAchievements: [] }]);
    await world.start(patient);
    await world.record(right);
    await world.own('achievement', 'achievement');
    expect(await world.record(right)).toMatchObject({ status: 201, body: { awardedAchievements: [badge] } });
    await world.own('achievement', 'monolith');
    await world.record(right);
    expect(world.neighbours.asked).toEqual([reached, check, reached, check]);
  });
});

describe('an idempotency key', () => {
  const key = { 'idempotency-key': 'one' };

  test('makes requests that are repeated one answer', async () => {
    world.others.check(() => [badge]);
    await world.own('achievement', 'achievement');
    await world.start(patient);
    const answers = await Promise.all([world.record(right, key), world.record(right, key)]);
    const again = await world.record(right, key);
    for (const told of [...answers, again]) expect(told).toMatchObject({ status: 201, body: { awardedAchievements: [badge] } });
    expect(await world.counts()).toEqual([[2, 1, 1, 0]]);
  });

  test('belongs to one user and one answer; without one a repeated request is a new answer', async () => {
    await world.start(patient);
    const wrong = { ...right, isCorrect: false };
    expect((await world.record(wrong, key)).status).toBe(201);
    expect((await world.record({ ...wrong, userId: 3 }, key)).status).toBe(201);
    expect((await world.record({ ...wrong, questionId: 2 }, key)).status).toBe(422);
    await world.record(wrong);
    await world.record(wrong);
    expect(await world.counts()).toEqual([
      [2, 1, 0, 3],
      [3, 1, 0, 1],
    ]);
  });
});
