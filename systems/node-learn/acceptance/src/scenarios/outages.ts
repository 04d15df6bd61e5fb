// A38 and A39: what becomes of answers when a program dies in the middle of one, and when the broker is away.
import { setTimeout as delay } from 'node:timers/promises';
import { checkEqual, checkThat, countEvents, eventually, type HttpAnswer, isMoved, ownerOf, unfitWithoutBroker } from '@banyan/proof';
import { internalError, multipleChoice, singleChoice, textInput } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Learner, type Stage } from '../stage.ts';
import { unlocked } from './badges.ts';

const stats = 'user_question_stats';
const badges = 'user_achievements';

/** A program that was killed is up again by then, on a machine that does much else. */
const restartTimeoutMs = 45_000;
/** Of a saga whose program was killed, from the restart on: 5 s where the machine does nothing else. */
const sagaTimeoutMs = 20_000;
/** Until everything that waited for the broker has been told and handled. */
const backlogTimeoutMs = 45_000;
/** Longer than what is under way at the moment, so that the outage is noticed. */
const outageMs = 1_000;

export const outages = [
  scenario('A38', 'the program that records dies between write and reply: the answer is counted once', dieInTheMiddle, {
    needs: ['kill'],
    unfit: unfitWithoutBroker(badges),
    exclusive: 'it kills a program that everybody uses',
  }),

  scenario('A39', 'without the broker every answer is 201; badges follow when it is back, none lost, none doubled', answerInOutage, {
    unfit: unfitWithoutBroker(stats),
    exclusive: 'it takes the broker away from everybody',
  }),
];

async function dieInTheMiddle(stage: Stage): Promise<void> {
  const { control } = stage.target;
  const learner = await stage.learner();
  const { id: questionId } = await stage.question(singleChoice());
  const reply = await control.whileLocked(badges, async () => {
    // Nobody can look for badges now: the answer is written, and its reply waits.
    const answering = post(stage, learner, questionId);
    await eventually(async () => checkEqual(await rowsOf(stage, learner), [{ right: 1, wrong: 0 }], 'the answer is written'), {
      timeoutMs: restartTimeoutMs,
    });
    await control.kill!(ownerOf(stage.target, stats));
    return answering;
  });
  checkThat(reply === undefined || reply.status >= 500, 'nobody is told 201 by a program that died before it could say so', reply?.status);
  await eventually(
    async () => {
      // An answer that is none, refused by the program itself: a read might be answered by another.
      const refusal = await stage.client.post('/api/stats/record', {}, { token: learner.token }).catch(() => undefined);
      checkEqual([refusal?.status, refusal?.json()], [500, internalError], 'the program is up again');
    },
    { timeoutMs: restartTimeoutMs },
  );
  if (isMoved(stage.target, stats)) await sagaEnds(stage, learner);
  checkEqual(await rowsOf(stage, learner), [{ right: 1, wrong: 0 }], 'counted');
  if (isMoved(stage.target, stats)) checkEqual(await unlocked(stage, learner), [1], 'badges of the answer that was cut off');
  await stage.record(learner, questionId, true);
  checkEqual(await rowsOf(stage, learner), [{ right: 2, wrong: 0 }], 'counted after the next one');
  checkEqual(await unlocked(stage, learner), [1], 'badges after the next one');
  if (isMoved(stage.target, badges))
    await eventually(async () => checkEqual(await countEvents(stage.target, 'achievement.earned', learner.id), 1, 'badges announced'), {
      timeoutMs: sagaTimeoutMs,
    });
}

/** Undefined when there was no reply. */
function post(stage: Stage, learner: Learner, questionId: number): Promise<HttpAnswer | undefined> {
  return stage.client.post('/api/stats/record', { questionId, isCorrect: true }, { token: learner.token }).catch(() => undefined);
}

function rowsOf({ target }: Stage, learner: Learner): Promise<object[]> {
  return target.control.sql(
    stats,
    `select correct_count as right, incorrect_count as wrong from user_question_stats where user_id = $1 order by id`,
    [learner.id],
  );
}

async function sagaEnds({ target }: Stage, learner: Learner): Promise<void> {
  await eventually(
    async () => {
      const rows = await target.control.sql<{ state: string }>(stats, `select state from banyan.sagas where input ->> 'userId' = $1`, [
        String(learner.id),
      ]);
      checkEqual(rows, [{ state: 'completed' }], 'the saga of the answer');
    },
    { timeoutMs: sagaTimeoutMs },
  );
}

async function answerInOutage(stage: Stage): Promise<void> {
  const { broker } = stage.target.control;
  const learners = await stage.learners(4);
  const questions = await Promise.all([singleChoice(), multipleChoice(), textInput()].map((body) => stage.question(body)));
  const answerAll = () =>
    Promise.all(learners.flatMap((learner) => questions.map(({ id }) => post(stage, learner, id)))).then((answers) =>
      checkEqual(
        answers.map((answer) => answer?.status),
        answers.map(() => 201),
        'answers without the broker',
      ),
    );
  await broker?.away();
  try {
    await Promise.all([answerAll(), delay(outageMs)]);
  } finally {
    await broker?.back();
  }
  for (const learner of learners) {
    const { overall } = await stage.stats(learner.id, learner.token);
    checkEqual([overall.totalCorrect, overall.totalIncorrect], [3, 0], 'counted');
    await eventually(async () => checkEqual(await unlocked(stage, learner), [1, 2, 3], 'badges after the outage'), {
      timeoutMs: backlogTimeoutMs,
    });
    await toldOnce(stage, learner);
  }
}

async function toldOnce({ target }: Stage, { id }: Learner): Promise<void> {
  const types = [...(isMoved(target, stats) ? ['answer.submitted'] : []), ...(isMoved(target, badges) ? ['achievement.earned'] : [])];
  for (const type of types)
    await eventually(async () => checkEqual(await countEvents(target, type, id), 3, `events ${type} of user ${id}`), {
      timeoutMs: backlogTimeoutMs,
    });
}
