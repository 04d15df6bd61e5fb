import { achievementEarned, answerRolledBack, answerSubmitted, userDeleted } from '@node-learn/contracts';
import { describe, expect, test, vi } from 'vitest';
import { useLeaderboardWorld } from '../testing/leaderboard-world.ts';
import { fence, openFence, tellOwner } from '../testing/rows.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const world = useLeaderboardWorld();
const flags = (...names: string[]) => ({
  environment: { FLAGS: names.map((name) => `leaderboard.${name}`).join(','), BADGE_BONUS_POINTS: '5' },
});

type Kind = 'single_choice' | 'multiple_choice' | 'text_input';
interface Answer {
  readonly userId: number;
  readonly modeId: number | null;
  readonly isCorrect: boolean;
  readonly questionType?: Kind;
}

const counts = { correctCount: 1, incorrectCount: 1, statVersion: 1, statsEpoch: null };

function answer({ userId, modeId, isCorrect, questionType = 'single_choice' }: Answer) {
  return world.others.publish(answerSubmitted, {
    userId: String(userId), questionId: '1', isCorrect, streak: 99, quizModeId: modeId === null ? null : String(modeId),
    timestamp: '2026-01-01T00:00:00.000Z', ...counts, questionType, practical: false, difficulty: 'easy',
  }); // prettier-ignore
}

const takeBack = (userId: number, answerEventId: string) =>
  world.others.publish(answerRolledBack, { userId: String(userId), questionId: '1', answerEventId, ...counts, reason: 'planted' });

/** `user/mode right of all, streak, bonus`. */
async function scores(): Promise<string[]> {
  await world.settled();
  const text = `user_id || '/' || quiz_mode_id || ' ' || correct_answers || ' of ' || total_questions || ', ' || streak || ', ' || bonus_points as score`;
  return (await world.database.query<{ score: string }>(`select ${text} from mode_scores order by user_id, quiz_mode_id`)).rows.map(
    ({ score }) => score,
  );
}

describe('what an answer scores', () => {
  test('a right choice is one more in a row, a wrong one ends it, and text changes nothing of it', async () => {
    await world.start();
    const play = async (isCorrect: boolean, questionType?: Kind) => {
      await answer({ userId: 7, modeId: 9, isCorrect, ...(questionType === undefined ? {} : { questionType }) });
      return (await scores())[0];
    };
    expect(await play(true, 'text_input')).toBe('7/9 1 of 1, 0, 0');
    expect(await play(true)).toBe('7/9 2 of 2, 1, 0');
    expect(await play(true, 'multiple_choice')).toBe('7/9 3 of 3, 2, 0');
    expect(await play(false, 'text_input')).toBe('7/9 3 of 4, 2, 0');
    expect(await play(true, 'text_input')).toBe('7/9 4 of 5, 2, 0');
    expect(await play(false)).toBe('7/9 4 of 6, 0, 0');
    expect(await play(true)).toBe('7/9 5 of 7, 1, 0');
  });

  test('counts for its user in its mode, and nowhere without a mode', async () => {
    await world.start();
    await answer({ userId: 7, modeId: 9, isCorrect: true });
    await answer({ userId: 7, modeId: 1, isCorrect: false });
    await answer({ userId: 8, modeId: 9, isCorrect: true });
    await answer({ userId: 8, modeId: null, isCorrect: true });
    expect(await scores()).toEqual(['7/1 0 of 1, 0, 0', '7/9 1 of 1, 1, 0', '8/9 1 of 1, 1, 0']);
    expect((await world.board(9)).length).toBe(0);
    expect(await world.told()).toEqual([]);
  });

  test('counts once, however often it comes', async () => {
    await world.start();
    const event = await answer({ userId: 7, modeId: 9, isCorrect: true });
    for (let times = 0; times < 3; times += 1) await world.others.again(event);
    await answer({ userId: 7, modeId: 9, isCorrect: true });
    await expect.poll(scores, { timeout: 20_000 }).toEqual(['7/9 2 of 2, 2, 0']);
  });

  test('is taken back by exactly what it was, once; the last one in a mode leaves nothing behind', async () => {
    await world.start();
    const wrong = await answer({ userId: 7, modeId: 9, isCorrect: false });
    const right = await answer({ userId: 7, modeId: 9, isCorrect: true });
    const last = await answer({ userId: 7, modeId: 9, isCorrect: false });
    expect(await scores()).toEqual(['7/9 1 of 3, 0, 0']);
    await takeBack(7, last.id);
    await takeBack(7, last.id);
    expect(await scores()).toEqual(['7/9 1 of 2, 1, 0']);
    await takeBack(7, wrong.id);
    expect(await scores()).toEqual(['7/9 1 of 1, 1, 0']);
    await takeBack(7, right.id);
    expect(await scores()).toEqual([]);
  });

  test('goes with its user', async () => {
    await world.start();
    await answer({ userId: 7, modeId: 9, isCorrect: true });
    await world.others.publish(userDeleted, { userId: '7', deletedAt: '2026-01-01T00:00:00.000Z' });
    expect(await scores()).toEqual([]);
    expect((await world.database.query('select from scored_answers')).rows).toEqual([]);
  });
});

describe('with flag leaderboard.scoreFromEvents', () => {
  /** One after another: answers of several users come in no order. */
  const playAll = async () => {
    for (let user = 2; user <= 9; user += 1) {
      for (let times = 0; times < user; times += 1) await answer({ userId: user, modeId: 9, isCorrect: true });
      await world.settled();
    }
  };

  test('the six best by their answers stand on the board, each change of a place is told, and posted runs count no more', async () => {
    await world.start(flags('scoreFromEvents'));
    await playAll();
    const best = [9, 8, 7, 6, 5, 4].map((user, index) => `9/${index + 1} ${user}: ${user} of ${user}, ${user}`);
    expect(await world.board(9)).toEqual(best);
    expect((await world.post([9, 3, 100])).status).toBe(201);
    expect(await world.board(9)).toEqual(best);
    const told = (await world.told()).map(({ data }) => data);
    expect(told.find(({ userId, change }) => userId === '9' && change === 'entered')).toMatchObject({ evictedUserId: '3', score: 4 });
    expect(told.slice(-2)).toMatchObject([
      { userId: '9', score: 9, change: 'updated', position: 1 },
      { userId: '8', score: 8, change: 'moved', position: 2 },
    ]);
  });

  test('an answer that is taken back takes its place along', async () => {
    await world.start(flags('scoreFromEvents'));
    await playAll();
    for (let times = 0; times < 4; times += 1) {
      const event = await answer({ userId: 3, modeId: 9, isCorrect: true });
      if (times === 3) await takeBack(3, event.id);
    }
    await world.settled();
    expect((await world.board(9)).filter((place) => place.includes(' 3: '))).toEqual(['9/4 3: 6 of 6, 6']);
  });

  test('while the monolith owns the boards scores are counted only; while they move the answer waits', async () => {
    await tellOwner(world.database, 'monolith');
    await fence(world.database);
    await world.start(flags('scoreFromEvents'));
    await answer({ userId: 7, modeId: 9, isCorrect: true });
    expect(await scores()).toEqual(['7/9 1 of 1, 1, 0']);
    await tellOwner(world.database, 'leaderboard');
    await answer({ userId: 7, modeId: 9, isCorrect: true });
    await expect.poll(async () => (await world.database.query('select from banyan.set_aside')).rows.length, { timeout: 30_000 }).toBe(1);
    await openFence(world.database);
    await expect.poll(scores, { timeout: 30_000 }).toEqual(['7/9 2 of 2, 2, 0']);
    await expect.poll(() => world.board(9), { timeout: 30_000 }).toEqual(['9/1 7: 2 of 2, 2']);
  });

  test('answers of many to one mode at once: the board is that of the scores', async () => {
    await Promise.all([world.start(flags('scoreFromEvents')), world.start(flags('scoreFromEvents'))]);
    const all = Array.from({ length: 200 }, (_, index) => ({ userId: 2 + (index % 11), modeId: 9, isCorrect: index % 3 !== 0 }));
    await Promise.all(all.map(answer));
    await world.settled();
    const best = `select '9/' || row_number() over (order by correct_answers desc, streak desc, user_id) || ' ' || user_id || ': ' || correct_answers || ' of ' || total_questions || ', ' || streak as place
      from mode_scores order by correct_answers desc, streak desc, user_id limit 6`;
    const expected = (await world.database.query<{ place: string }>(best)).rows.map(({ place }) => place);
    const withoutTies = (places: readonly string[]) => places.map((place) => place.replace(/ \d+:/, ''));
    expect(withoutTies(await world.board(9))).toEqual(withoutTies(expected));
  });
});

describe('badges', () => {
  const earn = (userId: number, answerEventId: string | null) =>
    world.others.publish(achievementEarned, {
      userId: String(userId), achievementId: '1', earnedAt: '2026-01-01T00:00:00.000Z', title: 'First Steps', answerEventId,
    }); // prettier-ignore

  test('bring points in the mode of the answer that brought them, with flag leaderboard.badgeBonus', async () => {
    await world.start(flags('badgeBonus', 'scoreFromEvents'));
    const { id } = await answer({ userId: 7, modeId: 9, isCorrect: true });
    await earn(7, id);
    await earn(7, null);
    expect(await scores()).toEqual(['7/9 1 of 1, 1, 5']);
    expect(await world.board(9)).toEqual(['9/1 7: 6 of 1, 1']);
  });

  test('bring nothing without it', async () => {
    await world.start(flags('scoreFromEvents'));
    const { id } = await answer({ userId: 7, modeId: 9, isCorrect: true });
    await earn(7, id);
    expect(await scores()).toEqual(['7/9 1 of 1, 1, 0']);
  });
});
