import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addQuestion, addUser } from './fixtures.ts';
import { type RunningProgram, runEntry, signToken, startProgram } from './running-program.ts';

let program: RunningProgram;
beforeAll(async () => {
  program = await startProgram();
  await program.sql.query("SELECT setval('users_id_seq', 1)");
});
afterAll(() => program.stop());

async function record(userId: unknown, questionId: unknown, isCorrect?: unknown): Promise<number[]> {
  const reply = await program.call('POST', '/api/stats/record', { body: { userId, questionId, isCorrect } });
  expect(reply.status).toBe(201);
  return reply.json.awardedAchievements.map((badge: { id: number }) => badge.id);
}

async function countsOf(userId: number, questionId: number): Promise<unknown> {
  const { rows } = await program.sql.query(
    'SELECT correct_count AS right, incorrect_count AS wrong FROM user_question_stats WHERE user_id = $1 AND question_id = $2',
    [userId, questionId],
  );
  return rows[0];
}

describe('recorded answers', () => {
  it('are summed up per question and in all', async () => {
    const user = await addUser(program.sql, 'Summing');
    const question = await addQuestion(program.sql);
    expect((await program.call('GET', `/api/stats/user/${user}`)).text).toBe(
      '{"overall":{"totalCorrect":0,"totalIncorrect":0,"totalAttempts":0,"overallAccuracy":0},"questions":[]}',
    );
    await record(user, question, false);
    expect((await program.call('GET', `/api/stats/user/${user}`)).json.overall.overallAccuracy).toBe('0.00');
    await record(user, question, true);
    await record(user, question, true);
    const { json } = await program.call('GET', `/api/stats/user/${user}`);
    expect(json.overall).toEqual({ totalCorrect: 2, totalIncorrect: 1, totalAttempts: 3, overallAccuracy: '66.67' });
    expect(Object.keys(json.questions[0])).toEqual([
      'id', 'user_id', 'question_id', 'correct_count', 'incorrect_count', 'question', 'topic', 'difficulty', 'total_attempts', 'accuracy_percentage',
    ]); // prettier-ignore
    expect(json.questions[0].accuracy_percentage).toBe('66.67');
    expect((await program.call('GET', `/api/stats/user/${user}/wrong-questions`)).json).toEqual({ wrongQuestionIds: [question] });
    expect((await program.call('GET', '/api/stats/user/abc')).status).toBe(500);
  });

  it('are counted one by one, also a hundred at once', async () => {
    const user = await addUser(program.sql, 'Parallel');
    const question = await addQuestion(program.sql);
    await Promise.all(Array.from({ length: 100 }, () => record(user, question, true)));
    expect(await countsOf(user, question)).toEqual({ right: 100, wrong: 0 });
  });

  it('take odd values as the database takes them', async () => {
    const user = await addUser(program.sql, 'Odd');
    const [first, second] = [await addQuestion(program.sql), await addQuestion(program.sql)];
    await record(String(user), String(first));
    expect(await countsOf(user, first)).toEqual({ right: 0, wrong: 1 });
    await record(user, first);
    expect(await countsOf(user, first)).toEqual({ right: 0, wrong: 1 });
    await record(user, second, 'false');
    expect(await countsOf(user, second)).toEqual({ right: 1, wrong: 0 });
    await record(user, second, 'false');
    expect(await countsOf(user, second)).toEqual({ right: 1, wrong: 1 });
    await record(user, second, 1);
    expect(await countsOf(user, second)).toEqual({ right: 2, wrong: 1 });
    for (const isCorrect of [2, 'maybe']) {
      expect((await program.call('POST', '/api/stats/record', { body: { userId: user, questionId: second, isCorrect } })).status).toBe(500);
    }
  });

  it('are refused without a known user and question', async () => {
    const question = await addQuestion(program.sql);
    for (const body of [
      {},
      { userId: 0, questionId: question },
      { userId: 1 },
      { userId: 1, questionId: 999_999 },
      { userId: 999_999, questionId: question },
    ]) {
      expect((await program.call('POST', '/api/stats/record', { body: { ...body, isCorrect: true } })).status).toBe(500);
    }
  });

  it('belong to the user of a good token, else to the one in the body', async () => {
    const user = await addUser(program.sql, 'Tokened');
    const question = await addQuestion(program.sql);
    const body = { userId: 1, questionId: question, isCorrect: true };
    await program.call('POST', '/api/stats/record', { body, token: signToken({ sub: user, email: 'a@b' }) });
    expect([await countsOf(user, question), await countsOf(1, question)]).toEqual([{ right: 1, wrong: 0 }, undefined]);
    for (const token of ['bad', signToken({ email: 'a@b' }), signToken({ sub: user, email: 'a@b' }, { expiresIn: -1 })]) {
      expect((await program.call('POST', '/api/stats/record', { body, token })).status).toBe(201);
    }
    expect(await countsOf(1, question)).toEqual({ right: 3, wrong: 0 });
  });
});

describe('badges', () => {
  it('come in the order of a long career', { timeout: 60_000 }, async () => {
    await program.sql.query('DELETE FROM questions');
    const user = await addUser(program.sql, 'Career');
    const many = async (count: number, fixture: object) => {
      const ids: number[] = [];
      for (let n = 0; n < count; n++) ids.push(await addQuestion(program.sql, fixture));
      return ids;
    };
    const easy = await many(10, { difficulty: 'easy' });
    const medium = await many(10, { difficulty: 'medium' });
    const hard = await many(5, { difficulty: 'hard', practical: true });
    const multiple = await many(25, { type: 'multiple_choice', difficulty: 'easy' });
    const text = await many(25, { type: 'text_input', difficulty: 'medium' });
    const [inactive] = await many(1, { difficulty: 'easy', isActive: false });
    const awardedAt = async (ids: readonly number[]) => {
      const awarded: Record<number, number[]> = {};
      for (const [index, id] of ids.entries()) {
        const badges = await record(user, id, true);
        if (badges.length > 0) awarded[index + 1] = badges;
      }
      return awarded;
    };
    expect(await awardedAt(hard)).toEqual({ 1: [1], 5: [15, 20] });
    expect(await awardedAt(easy)).toEqual({ 5: [6, 9] });
    expect(await awardedAt(multiple)).toEqual({ 1: [2], 10: [7], 25: [12, 18] });
    expect(await awardedAt([inactive ?? 0])).toEqual({ 1: [4, 50] });
    expect(await awardedAt(medium)).toEqual({ 9: [11], 10: [17] });
    expect(await awardedAt(text)).toEqual({ 1: [3], 10: [8], 25: [10, 13, 16, 19] });
    expect(await awardedAt(Array.from({ length: 24 }, () => easy[0] ?? 0))).toEqual({ 24: [14] });
    await record(user, hard[0], false);
    expect(await awardedAt([hard[0] ?? 0])).toEqual({ 1: [5] });
    const { json } = await program.call('GET', `/api/achievements/user/${user}abc`);
    expect(json).toHaveLength(21);
    expect(json.every((badge: { unlocked: boolean }) => badge.unlocked)).toBe(true);
    expect(Object.keys(json[0])).toEqual([
      'id',
      'title',
      'description',
      'sprite_col',
      'sprite_row',
      'created_at',
      'unlocked',
      'unlocked_at',
    ]);
  });

  it('show the progress of those who do not own them', async () => {
    const { json } = await program.call('GET', '/api/achievements/user/999999');
    expect(json.map((badge: { id: number }) => badge.id)).toEqual([...Array.from({ length: 20 }, (_, index) => index + 1), 50]);
    expect(json[6].progress).toEqual({ current: 0, total: 25, label: '0 / 25 multiple choice' });
    expect(json[20].progress).toEqual({ current: 0, total: 20, label: '0 / 20 achievements' });
    expect((await program.call('GET', '/api/achievements/user/abc')).status).toBe(500);
  });

  it('can be checked without an answer', async () => {
    const question = await addQuestion(program.sql);
    const check = async (body: object) => program.call('POST', '/api/achievements/check', { body });
    for (const body of [{}, { userId: 999_999, questionId: question, isCorrect: true }, { userId: 1, questionId: 999_999 }]) {
      const reply = await check(body);
      expect([reply.status, reply.text]).toEqual([201, '{"awardedAchievements":[]}']);
    }
    expect((await check({ userId: 'abc', questionId: question })).status).toBe(500);
    expect((await check({ userId: 1, questionId: 'abc' })).status).toBe(500);
  });
});

describe('the guest', () => {
  it('loses badges and stats with the nightly reset, and keeps the boards', async () => {
    const question = await addQuestion(program.sql);
    const other = await addUser(program.sql, 'Bystander');
    expect((await program.call('GET', '/api/achievements/guest-id')).text).toBe('{"userId":1}');
    await record(1, question, true);
    await record(other, question, true);
    const run = { modeId: 9, userId: 1, correctAnswers: 1, totalQuestions: 1, streak: 1 };
    expect((await program.call('POST', '/api/leaderboard/update', { body: run })).status).toBe(201);
    await runEntry('guest-reset', program.environment);
    const { rows } = await program.sql.query(
      `SELECT (SELECT COUNT(*)::int FROM user_question_stats WHERE user_id = 1) AS stats,
              (SELECT COUNT(*)::int FROM user_achievements WHERE user_id = 1) AS badges,
              (SELECT COUNT(*)::int FROM user_question_stats WHERE user_id = $1) AS others,
              (SELECT COUNT(*)::int FROM leaderboards WHERE user_id = 1) AS places`,
      [other],
    );
    expect(rows[0]).toEqual({ stats: 0, badges: 0, others: 1, places: 1 });
  });
});
