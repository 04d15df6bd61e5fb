// A13 to A18: answers are counted for the right user, exactly, whatever the body looks like.
import { checkEqual, checkThat, countEvents, eventually, isMoved, unfitWithoutBroker } from '@banyan/proof';
import { internalError, singleChoice } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Learner, type Stage } from '../stage.ts';

export const recording = [
  scenario('A13', 'the user of the token wins over the user of the body', async (stage) => {
    const [signedIn, named] = await stage.learners(2);
    const { id: questionId } = await stage.question(singleChoice());
    const answer = await stage.client.post(
      '/api/stats/record',
      { userId: named!.id, questionId, isCorrect: true },
      { token: signedIn!.token },
    );
    checkEqual(answer.status, 201, answer.text);
    checkEqual(await counts(stage, signedIn!), [{ questionId, right: 1, wrong: 0 }], "stats of the token's user");
    checkEqual(await counts(stage, named!), [], "stats of the body's user");
  }),

  scenario('A14', 'one wrong and two right make 2 and 1, 66.67 %, and the question stays on the wrong list', async (stage) => {
    const learner = await stage.learner();
    const { id: questionId } = await stage.question(singleChoice());
    for (const isCorrect of [false, true, true]) await stage.record(learner, questionId, isCorrect);
    const stats = await stage.stats(learner.id, learner.token);
    checkEqual(stats.overall, { totalCorrect: 2, totalIncorrect: 1, totalAttempts: 3, overallAccuracy: '66.67' }, 'overall');
    const [{ id: _id, question: _question, topic: _topic, difficulty: _difficulty, ...row } = {}] = stats.questions as readonly Record<
      string,
      unknown
    >[];
    const expected = {
      user_id: learner.id,
      question_id: questionId,
      correct_count: 2,
      incorrect_count: 1,
      total_attempts: 3,
      accuracy_percentage: '66.67',
    };
    checkEqual(row, expected, "the question's stat");
    checkEqual(await stage.wrongQuestions(learner.id, learner.token), [questionId], 'wrong list');
  }),

  scenario('A15', 'no attempts: accuracy is the number 0; one wrong: the text "0.00"', async (stage) => {
    const learner = await stage.learner();
    const before = await stage.stats(learner.id, learner.token);
    checkEqual(before, { overall: { totalCorrect: 0, totalIncorrect: 0, totalAttempts: 0, overallAccuracy: 0 }, questions: [] }, 'before');
    const { id: questionId } = await stage.question(singleChoice());
    await stage.record(learner, questionId, false);
    checkEqual((await stage.stats(learner.id, learner.token)).overall.overallAccuracy, '0.00', 'after one wrong');
  }),

  scenario('A16', 'a hundred answers at once are exactly a hundred', async (stage) => {
    const learner = await stage.learner();
    const { id: questionId } = await stage.question(singleChoice());
    await Promise.all(Array.from({ length: 100 }, () => stage.record(learner, questionId, true)));
    checkEqual(await counts(stage, learner), [{ questionId, right: 100, wrong: 0 }], 'counted');
  }),

  scenario('A17', 'odd bodies count as they always did', async (stage) => {
    const learner = await stage.learner();
    const cases: [title: string, isCorrect: unknown, first: object, second: object][] = [
      ['missing', undefined, { right: 0, wrong: 1 }, { right: 0, wrong: 1 }],
      ['"false"', 'false', { right: 1, wrong: 0 }, { right: 1, wrong: 1 }],
      ['1', 1, { right: 1, wrong: 0 }, { right: 2, wrong: 0 }],
    ];
    for (const [title, isCorrect, first, second] of cases) {
      const { id: questionId } = await stage.question(singleChoice());
      for (const [time, expected] of [
        ['first', first],
        ['second', second],
      ] as const) {
        const answer = await stage.client.post(
          '/api/stats/record',
          { questionId: String(questionId), isCorrect },
          { token: learner.token },
        );
        checkEqual(answer.status, 201, `isCorrect ${title}, ${time} time: ${answer.text}`);
        const [counted] = (await counts(stage, learner)).filter((count) => count.questionId === questionId);
        checkEqual(counted, { questionId, ...expected }, `isCorrect ${title}, ${time} time`);
      }
    }
    const { id: questionId } = await stage.question(singleChoice());
    for (const isCorrect of [2, 'maybe']) {
      const answer = await stage.client.post('/api/stats/record', { questionId, isCorrect }, { token: learner.token });
      checkEqual([answer.status, answer.json()], [500, internalError], `isCorrect ${JSON.stringify(isCorrect)}`);
    }
    checkThat(!(await counts(stage, learner)).some((count) => count.questionId === questionId), 'refused ones leave no row');
  }),

  scenario(
    'A18',
    'an unknown question or user is 500 and leaves no row and no event',
    async (stage) => {
      const learner = await stage.learner();
      const { id: questionId } = await stage.question(singleChoice());
      const nobody = 2_000_000_000;
      const bodies: [body: object, token?: string][] = [
        [{ questionId: nobody, isCorrect: true }, learner.token],
        [{ userId: nobody, questionId, isCorrect: true }],
        [{ userId: 0, questionId, isCorrect: true }],
        [{ questionId, isCorrect: true }],
        [{ isCorrect: true }, learner.token],
        [{}],
      ];
      for (const [body, token] of bodies) {
        const answer = await stage.client.post('/api/stats/record', body, { token });
        // Who shows no token answers for the guest, and none of these bodies names the guest.
        const isRefused = stage.target.flags.has('stats.ownOnly') && token === undefined;
        checkEqual(
          [answer.status, answer.json()],
          isRefused ? [401, { message: 'Unauthorized', statusCode: 401 }] : [500, internalError],
          `record ${JSON.stringify(body)}`,
        );
      }
      const rows = await stage.target.control.sql(
        'user_question_stats',
        'select id from user_question_stats where question_id in ($1, $2) or user_id in ($2, $3)',
        [questionId, nobody, learner.id],
      );
      checkEqual(rows, [], 'rows left behind');
      if (!isMoved(stage.target, 'user_question_stats')) return;
      // What is told of one answer comes after whatever was told before it.
      await stage.record(learner, questionId, false);
      await eventually(
        async () => checkEqual(await countEvents(stage.target, 'answer.submitted', learner.id), 1, 'events of the learner'),
        {
          timeoutMs: 10_000,
        },
      );
      checkEqual(await countEvents(stage.target, 'answer.submitted', nobody), 0, 'events of nobody');
    },
    { unfit: unfitWithoutBroker('user_question_stats') },
  ),
];

async function counts(stage: Stage, learner: Learner) {
  const { questions } = await stage.stats(learner.id, learner.token);
  return questions.map((row) => ({ questionId: row.question_id, right: row.correct_count, wrong: row.incorrect_count }));
}
