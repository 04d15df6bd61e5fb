/** Faults of quiz as data, each a real one of such a move: what of the program's own text is replaced by what. */
import type { PlantedFault } from '@banyan/proof';

const quiz = (path: string) => new URL(`../../dist/${path}`, import.meta.url).href;
const saga = (path: string) => new URL(path, import.meta.resolve('@banyan/saga')).href;

const recordedAnswer = quiz('recording/recorded-answer.js');

export const countsOverwritten: PlantedFault = {
  name: 'F1: counts are overwritten with 1 and 0 instead of added to',
  changes: [
    { module: recordedAnswer, text: '= stat.correct_count + case', replacement: '= case' },
    { module: recordedAnswer, text: '= stat.incorrect_count + case', replacement: '= case' },
  ],
};

export const badgesForgotten: PlantedFault = {
  name: 'F2: the badges awarded are always []',
  changes: [{ module: quiz('recording/recording.js'), text: 'return outcome.result.awarded;', replacement: 'return [];' }],
};

export const unknownIsNull: PlantedFault = {
  name: 'F5: the answer of an unknown question is 200 with null',
  changes: [
    {
      module: quiz('answers/answers.controller.js'),
      text: 'throw new HttpException(body, 404);',
      replacement: 'return { questionId: Number(questionId), answer: null, choices: [], matchKeywords: [] };',
    },
  ],
};

export const pastTheOutbox: PlantedFault = {
  name: 'F12: an answer is told before it is committed, and not at all while the broker is away',
  changes: [
    {
      module: recordedAnswer,
      text: 'outbox.publish(answerSubmitted, {',
      replacement: 'await tellAtOnce(answerSubmitted, {',
    },
    {
      module: recordedAnswer,
      text: 'export const publishedEvents =',
      replacement: `
        import { createPostgresDriver } from '@banyan/bus-postgres';
        import { toEnvelope } from '@banyan/contract';
        async function tellAtOnce(contract, data) {
          const id = crypto.randomUUID();
          const facts = { id, source: '/node-learn/quiz', time: new Date(), correlationId: id, sequence: process.hrtime.bigint() };
          const driver = await createPostgresDriver({ url: process.env.BROKER_URL, connections: 1 }).catch(() => undefined);
          await driver?.publish([toEnvelope(contract, data, facts)]);
          await driver?.close();
          return id;
        }
        export const publishedEvents =`,
    },
  ],
};

const replyTo = (key: string) => `((globalThis.replies ??= {})[${key}] ??= Promise.withResolvers())`;

export const listeningTooLate: PlantedFault = {
  name: 'F14: the reply comes before its waiter listens, and is not kept',
  changes: [
    {
      module: saga('./running/waiting.js'),
      text: 'const change = {',
      replacement: `if (!isWaiting) await ${replyTo('wait.key')}.promise;\n const change = {`,
    },
    {
      module: saga('./postgres-store.js'),
      text: 'await session.query(keepEvents, [JSON.stringify(events)]);',
      replacement: `
        const { rows } = await session.query('select wait_key from banyan.sagas where wait_key = any($1)', [events.map(({ key }) => key)]);
        const awaited = events.filter(({ key }) => rows.some((row) => row.wait_key === key));
        await session.query(keepEvents, [JSON.stringify(awaited)]);
        for (const { key } of events) ${replyTo('key')}.resolve();`,
    },
  ],
};

export const nothingLeft: PlantedFault = {
  name: 'F15: the undo leaves a row with 0 right and 0 wrong',
  changes: [
    {
      module: recordedAnswer,
      text: 'delete from user_question_stats where id = $1',
      replacement: 'select from user_question_stats where id = $1',
    },
  ],
};

export const undoneElsewhere: PlantedFault = {
  name: 'F15: the undo takes from a row that was made anew meanwhile',
  changes: [
    {
      module: recordedAnswer,
      text: 'session.query(subtract, [recorded.statId,',
      replacement: `session.query(
        subtract.replace('stat.id = $1', 'stat.id = (select max(id) from user_question_stats where user_id = $1)'), [answer.userId,`,
    },
  ],
};
