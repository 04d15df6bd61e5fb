// A31 to A35: the question bank in the hands of administrators, and of those who are none.
import { checkEqual, checkThat, eventually, type HttpAnswer, signToken } from '@banyan/proof';
import { internalError, multipleChoice, type Question, singleChoice, textInput } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Stage } from '../stage.ts';
import { idsOf, unlocked } from './badges.ts';

const path = '/api/admin/questions';
const withinOneSecond = { timeoutMs: 1000 };

export const administration = [
  scenario('A31', 'questions of each type are created, edited and deleted, and the public routes follow within a second', async (stage) => {
    const { token } = await stage.admin();
    for (const body of [singleChoice(), multipleChoice(), textInput()]) {
      const question = await stage.question(body);
      checkEqual(question.questionType, body.questionType, 'type');
      await eventually(
        async () => checkEqual((await stage.client.get(`/api/questions/${question.id}`)).status, 200, 'public after create'),
        withinOneSecond,
      );
      const edited = await stage.client.request('PUT', `${path}/${question.id}`, {
        json: { ...body, topic: 'Edited', answer: '<p>Edited.</p>' },
        token,
      });
      checkEqual([edited.status, (edited.json() as Question).topic], [200, 'Edited'], 'edit');
      await eventually(async () => {
        checkEqual(((await stage.ok(`/api/questions/${question.id}`)) as Question).topic, 'Edited', 'public after edit');
        checkEqual(((await stage.ok(`/api/answers/${question.id}`)) as { answer: string }).answer, '<p>Edited.</p>', 'answer after edit');
      }, withinOneSecond);
      const deleted = await stage.client.request('DELETE', `${path}/${question.id}`, { token });
      checkEqual([deleted.status, deleted.text, deleted.headers['content-type']], [200, '', undefined], 'delete');
      await eventually(async () => {
        checkEqual((await stage.client.get(`/api/questions/${question.id}`)).status, 404, 'public after delete');
        checkEqual((await stage.client.get(`/api/answers/${question.id}`)).status, 404, 'answer after delete');
      }, withinOneSecond);
    }
  }),

  scenario('A32', 'who is no administrator is refused with the exact words, after the id was looked at', async (stage) => {
    const learner = await stage.learner();
    const expired = signToken(
      { sub: learner.id, email: learner.email, isAdmin: true, iat: 1_600_000_000, exp: 1_600_604_800 },
      stage.target.jwtSecret,
    );
    const { id } = await stage.question(singleChoice());
    for (const [method, target, verb] of [
      ['POST', path, 'create'],
      ['PUT', `${path}/${id}`, 'update'],
      ['DELETE', `${path}/${id}`, 'delete'],
    ] as const) {
      for (const token of [undefined, expired]) {
        checkRefused(
          await stage.client.request(method, target, { json: {}, token }),
          `User must be logged in to ${verb} questions!`,
          `${method} without a user`,
        );
      }
      checkRefused(
        await stage.client.request(method, target, { json: {}, token: learner.token }),
        'User has no admin privileges!',
        `${method} as a user`,
      );
    }
    for (const method of ['PUT', 'DELETE']) {
      const answer = await stage.client.request(method, `${path}/abc`, { json: {} });
      const expected = { message: 'Validation failed (numeric string is expected)', error: 'Bad Request', statusCode: 400 };
      checkEqual([answer.status, answer.json()], [400, expected], `${method} with a bad id and no token`);
    }
    for (const token of [undefined, learner.token])
      checkRefused(await stage.client.get('/api/admin/users', { token }), 'Admin access required', 'users list');
  }),

  scenario('A33', 'an edit of the topic alone takes all choices away', async (stage) => {
    const { token } = await stage.admin();
    const { id } = await stage.question(multipleChoice());
    const edited = await stage.client.request('PUT', `${path}/${id}`, { json: { topic: 'Alone' }, token });
    checkEqual([edited.status, (edited.json() as Question).choices], [200, []], 'edit');
    await eventually(
      async () => checkEqual(((await stage.ok(`/api/answers/${id}`)) as Question).choices, [], 'choices left'),
      withinOneSecond,
    );
  }),

  scenario('A34', 'an edit that the database refuses changes nothing', async (stage) => {
    const { token } = await stage.admin();
    const question = await stage.question(multipleChoice());
    const edited = await stage.client.request('PUT', `${path}/${question.id}`, { json: { difficulty: 'extreme', choices: [] }, token });
    if (stage.target.flags.has('admin.strictErrors')) checkEqual(edited.status, 400, 'edit');
    else checkEqual([edited.status, edited.json()], [500, internalError], 'edit');
    const { choices } = (await stage.ok(`/api/answers/${question.id}`)) as Question;
    checkEqual(
      choices.map(({ id }) => id).sort((a, b) => a - b),
      question.choices.map(({ id }) => id),
      'choices still there',
    );
  }),

  scenario('A35', 'a deleted question leaves stats and wrong lists, totals shrink, badges and boards stay', async (stage) => {
    const mode = await stage.mode();
    const learners = await stage.learners(3);
    const [doomed, kept] = [await stage.question(singleChoice()), await stage.question(textInput())];
    for (const [index, learner] of learners.entries()) {
      const earned = idsOf(await stage.record(learner, doomed.id, index === 0));
      checkEqual(earned, index === 0 ? [1] : [], 'badges for the doomed question');
      await stage.record(learner, kept.id, true);
      await stage.post(mode, learner, [index + 1, 3, index]);
    }
    const { token } = await stage.admin();
    checkEqual((await stage.client.request('DELETE', `${path}/${doomed.id}`, { token })).status, 200, 'delete');
    for (const learner of learners) await eventually(() => checkGone(stage, learner, doomed.id, kept.id), withinOneSecond);
    checkThat((await unlocked(stage, learners[0]!)).includes(1), 'the badge stays');
    const onBoard = (await stage.board(mode, learners.at(-1))).filter((row) => row.user_id !== 0).map((row) => row.user_id);
    checkEqual(onBoard, learners.map(({ id }) => id).toReversed(), 'the board stays');
  }),
];

function checkRefused(answer: HttpAnswer, message: string, what: string): void {
  checkEqual([answer.status, answer.json()], [401, { message, error: 'Unauthorized', statusCode: 401 }], what);
}

async function checkGone(stage: Stage, learner: { id: number; token: string }, goneId: number, keptId: number): Promise<void> {
  const stats = await stage.stats(learner.id, learner.token);
  checkEqual(
    stats.questions.map((row) => row.question_id),
    [keptId],
    `stats of user ${learner.id}`,
  );
  checkEqual(
    stats.overall,
    { totalCorrect: 1, totalIncorrect: 0, totalAttempts: 1, overallAccuracy: '100.00' },
    `totals of user ${learner.id}`,
  );
  checkThat(!(await stage.wrongQuestions(learner.id, learner.token)).includes(goneId), 'not on the wrong list');
}
