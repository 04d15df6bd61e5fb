import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addUser } from './fixtures.ts';
import { type Reply, type RunningProgram, startProgram } from './running-program.ts';

let program: RunningProgram;
const users: number[] = [];
beforeAll(async () => {
  program = await startProgram();
  await program.sql.query("SELECT setval('users_id_seq', 1)");
  for (let n = 1; n <= 8; n++) users.push(await addUser(program.sql, `Player ${n}`));
});
afterAll(() => program.stop());

function post(modeId: unknown, userId: unknown, correctAnswers: unknown, streak: unknown = 0): Promise<Reply> {
  return program.call('POST', '/api/leaderboard/update', {
    body: { modeId, userId, correctAnswers, totalQuestions: 5, streak, username: 'ignored' },
  });
}

async function board(modeId: number): Promise<[user: number, right: number, streak: number][]> {
  const { rows } = await program.sql.query('SELECT * FROM leaderboards WHERE quiz_mode_id = $1 ORDER BY position', [modeId]);
  expect(rows.map((row) => row.position)).toEqual(rows.map((_, index) => index + 1));
  return rows.map((row) => [row.user_id, row.correct_answers, row.streak]);
}

describe('boards', () => {
  it('keep the best six by right answers, then streak', async () => {
    for (const [index, [right, streak]] of [[4, 4], [3, 3], [3, 2], [2, 2], [2, 1], [1, 0]].entries()) {
      expect((await post('2', users[index], right, streak)).text).toBe('{"success":true}');
    } // prettier-ignore
    const [a, b, c, d, e, , g] = users as [number, number, number, number, number, number, number];
    expect((await post(2, g, 1, 9)).status).toBe(201);
    expect((await board(2)).map(([user]) => user)).not.toContain(g);
    await post(2, g, 2, 2);
    const ranked = await board(2);
    expect(ranked.map(([, right, streak]) => [right, streak])).toEqual([[4, 4], [3, 3], [3, 2], [2, 2], [2, 2], [2, 1]]); // prettier-ignore
    expect(ranked.slice(0, 3).map(([user]) => user)).toEqual([a, b, c]);
    expect(new Set(ranked.slice(3, 5).map(([user]) => user))).toEqual(new Set([d, g]));
    expect(ranked[5]?.[0]).toBe(e);
  });

  it('take a worse run of a user who is on them', async () => {
    await post(4, users[0], 9, 9);
    await post(4, users[1], 5, 5);
    await post(4, users[0], 1, 0);
    expect(await board(4)).toEqual([[users[1], 5, 5], [users[0], 1, 0]]); // prettier-ignore
  });

  it('are shown with six places, filled with invented ones', async () => {
    await post(5, users[0], 2, 1);
    const { json } = await program.call('GET', '/api/leaderboard/mode/5');
    expect(json).toHaveLength(6);
    expect(Object.keys(json[0])).toEqual([
      'quiz_mode_id', 'position', 'user_id', 'correct_answers', 'total_questions', 'streak', 'achieved_at', 'username',
    ]); // prettier-ignore
    expect(json[0]).toMatchObject({ quiz_mode_id: 5, position: 1, user_id: users[0], username: 'Player 1' });
    expect(json[5]).toMatchObject({ quiz_mode_id: '5', position: 6, user_id: 0, correct_answers: 0, total_questions: 0, streak: 0 });
    expect((await program.call('GET', '/api/leaderboard/mode/99')).json).toHaveLength(6);
    expect((await program.call('GET', '/api/leaderboard/mode/x')).status).toBe(500);
  });

  it('refuse what is no run', async () => {
    for (const [mode, user, right] of [[99, users[0], 1], [6, 999_999, 1], [6, users[0], 1.5], [6, users[0], 'x'], [6, users[0], undefined]]) {
      expect((await post(mode, user, right)).status).toBe(500);
    } // prettier-ignore
    expect((await post(6, users[0], -3, -1)).status).toBe(201);
    expect((await post(2, 999_999, 0)).status).toBe(201);
  });
});
