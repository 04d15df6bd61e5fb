/** A saga as a quiz needs it: record an answer, wait for the check of achievements, undo when that fails. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { refuse, saga } from '../definition.ts';

const checkData = z.object({ answer: z.string(), awarded: z.array(z.string()) });

export const achievementChecked = event({
  type: 'achievement.checked',
  version: 1,
  summary: 'Badges were looked at.',
  key: 'answer',
  data: checkData,
});
export const checkFailed = event({
  type: 'achievement.check_failed',
  version: 1,
  summary: 'Badges could not be looked at.',
  key: 'answer',
  data: z.object({ answer: z.string(), reason: z.string() }),
});

export const answerSubmission = saga('answer-submission', {
  version: 1,
  input: z.object({ question: z.number(), isCorrect: z.boolean() }),
  limitMs: 20_000,
})
  .local('record', {
    action: async ({ session, saga, input }) => {
      await session.query('insert into effects (saga, effect) values ($1, $2)', [saga.key, 'record']);
      return { counted: input.isCorrect ? 1 : 0 };
    },
    undo: async ({ session, saga, result, reason }) => {
      await session.query('insert into effects (saga, effect) values ($1, $2)', [saga.key, `undo record ${result.counted}: ${reason}`]);
    },
  })
  .onlyIf(({ input }) => input.isCorrect)
  .wait('check', {
    events: [achievementChecked, checkFailed],
    by: ({ data }) => data.answer,
    key: ({ saga }) => saga.key,
    withinMs: 5_000,
    onEvent: (event) => (event.type === 'achievement.checked' ? { awarded: event.data.awarded, late: false } : refuse(event.data.reason)),
    onTimeout: () => ({ awarded: [], late: true }),
  })
  .end({
    result: ({ results }) => ({ awarded: results.check?.awarded ?? [], counted: results.record.counted }),
    marks: ({ results }) => (results.check?.late === true ? ['late'] : []),
  });
