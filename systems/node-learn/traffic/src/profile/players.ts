// People who play: an answer is revealed, and the board and the record are written, all three at once, as the browser does.
import { judgeByStatus, type Judgement, type SeededRandom, type TrafficAction, type TrafficAnswer } from '@banyan/proof';
import { at, type World } from './world.ts';

export function answer(world: World, random: SeededRandom, isClass: boolean): TrafficAction {
  const draws = {
    guest: random.chance(0.3),
    person: random.next(),
    question: random.next(),
    right: random.chance(0.65),
    mode: random.below(10) + 1,
  };
  const mode = isClass ? 9 : draws.mode;
  const run = { correct: random.below(30), extra: random.below(5), streak: random.below(10) };
  return {
    name: `${draws.guest ? 'guest' : `player ${draws.person}`} answers ${draws.question} ${draws.right ? 'right' : 'wrong'} in mode ${mode}`,
    cost: 3,
    run: async (session) => {
      // The class are the first thirty who signed in; otherwise anybody.
      const people = [...world.signedIn.values()].slice(0, isClass ? 30 : undefined);
      const person = draws.guest ? undefined : at(people, draws.person);
      const [userId, token] = [person?.userId ?? 1, person?.token];
      const questionId = at(world.questionIds, draws.question);
      if (questionId === undefined) return;
      const actor = `user ${userId}`;
      const result = {
        modeId: mode,
        userId,
        correctAnswers: run.correct,
        totalQuestions: run.correct + run.extra,
        streak: run.streak,
        username: 'x',
      };
      const recorded = { userId, questionId, isCorrect: draws.right };
      await Promise.all([
        session.ask({ actor, group: 'answers', what: 'answer', method: 'GET', path: `/api/answers/${questionId}`, token }),
        session.ask({
          actor,
          group: 'leaderboard',
          what: 'board post',
          method: 'POST',
          path: '/api/leaderboard/update',
          token,
          body: result,
          facts: result,
          judge: judgeBoardPost,
        }),
        session.ask({
          actor,
          group: 'stats',
          what: 'record',
          method: 'POST',
          path: '/api/stats/record',
          token,
          body: { ...recorded, quizModeId: mode, streak: run.streak },
          facts: recorded,
          judge: judgeByStatus(201),
        }),
      ]);
    },
  };
}

/** Posts to one board at once may fail with 500 (a known defect, D8): no fault of a move, and nothing is claimed for them. */
function judgeBoardPost(answer: TrafficAnswer): Judgement {
  return answer.status === 500 ? { outcome: 'refused', ok: true } : judgeByStatus(201)(answer);
}
