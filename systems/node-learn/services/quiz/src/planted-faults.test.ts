import { type PlantedFault, plantFault } from '@banyan/proof';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { compareTables } from '@banyan/replication';
import { answerSubmitted, achievementCheckFailed, userStatsReset } from '@node-learn/contracts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  badgesForgotten,
  countsOverwritten,
  listeningTooLate,
  nothingLeft,
  pastTheOutbox,
  undoneElsewhere,
  unknownIsNull,
} from './testing/faults.ts';
import { startMonolith } from './testing/programs.ts';
import { type QuizAtOwner, startQuizAtOwner } from './testing/quiz-at-owner.ts';
import { useQuizWorld } from './testing/quiz-world.ts';
import { fillMonolith } from './testing/rows.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const none: PlantedFault = { name: 'without a fault', changes: [] };
const right = { userId: 2, questionId: 1, isCorrect: true };
const wrong = { ...right, isCorrect: false };

describe('the acceptance suite, while quiz is the owner', () => {
  let system: QuizAtOwner;
  beforeAll(async () => {
    system = await startQuizAtOwner();
  });
  afterAll(() => system?.stop());

  test('A8, A13, A14 and A19 hold without a fault', async () => {
    expect(await system.failing('A13', 'A14')).toEqual({});
    expect(await system.failing('A8', 'A19')).toEqual({});
  });

  test.each([
    [countsOverwritten.name, 'A14', countsOverwritten, /^overall:\s+\$\.totalCorrect: expected 2, got 1/],
    [badgesForgotten.name, 'A19', badgesForgotten, /^awarded:\s+\$\[0\]\.id: missing, expected 1/],
    [unknownIsNull.name, 'A8', unknownIsNull, /^GET answers\/999999999:\s+\$\[0\]: expected 404, got 200/],
  ] as const)('%s: %s catches it', async (_name, caughtBy, fault, what) => {
    await system.startQuiz(plantFault(fault));
    expect(await system.failing('A13', caughtBy)).toEqual({ [caughtBy]: expect.stringMatching(what) as unknown });
  });
});

describe('the same answers to the monolith and to quiz, their rows compared one by one', () => {
  const world = useQuizWorld();
  let monolith: TestDatabase;
  let running: Awaited<ReturnType<typeof startMonolith>>;
  beforeAll(async () => {
    monolith = await createTestDatabase();
    running = await startMonolith(monolith.url);
    await fillMonolith(monolith);
  });
  afterAll(async () => {
    await running?.program.stop();
    await monolith?.close();
  });

  test.each([
    [none.name, 'nothing differs', none, []],
    [countsOverwritten.name, 'the row differs', countsOverwritten, [{ kind: 'changed', columns: ['correct_count', 'incorrect_count'] }]],
  ] as const)('%s: %s', async (_name, _caughtBy, fault, expected) => {
    await monolith.query('truncate user_question_stats restart identity');
    world.neighbours.answer('/api/achievements/check', () => [201, { awardedAchievements: [] }]);
    await world.start(fault === none ? {} : plantFault(fault));
    const url = `http://127.0.0.1:${running.port}/api/stats/record`;
    for (const body of [wrong, right, right]) {
      await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      await world.record(body);
    }
    const table = 'public.user_question_stats';
    const [compared] = await compareTables({
      source: monolith.url,
      target: world.database.url,
      tables: [{ source: table, target: table }],
    });
    expect(compared?.rows).toBe(1);
    expect(compared?.differences).toMatchObject(expected);
  });
});

describe('what is told of answers, beside what is counted (A39, by order instead of time)', () => {
  const world = useQuizWorld();

  test.each([
    [none.name, 'each is told once', none, [1, 2, 3, 4]],
    [pastTheOutbox.name, 'the first is told twice, the next two never', pastTheOutbox, [1, 1, 4]],
  ] as const)('%s: %s', async (_name, _caughtBy, fault, expected) => {
    await world.start(fault === none ? {} : plantFault(fault));
    await failFirstCommit();
    expect((await world.record(wrong)).status).toBe(201);
    await untilTold(1);
    await world.database.query(`alter database ${world.broker.name} with allow_connections false`);
    await world.database.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${world.broker.name}'`);
    for (let time = 0; time < 2; time += 1) expect((await world.record(wrong)).status).toBe(201);
    await world.database.query(`alter database ${world.broker.name} with allow_connections true`);
    expect((await world.record(wrong)).status).toBe(201);
    expect(await world.counts()).toEqual([[2, 1, 0, 4]]);
    // What is told of one answer comes after whatever is told of those before it.
    await untilTold(4);
    expect(await told()).toEqual(expected);
  });

  async function failFirstCommit(): Promise<void> {
    await world.database.query(`create sequence commits;
      create function refuse() returns trigger language plpgsql as
        $$ begin if nextval('commits') = 1 then raise exception 'planted'; end if; return null; end $$;
      create constraint trigger refuse after insert on user_question_stats deferrable initially deferred for each row execute function refuse()`);
  }

  const told = async () => {
    const statement = `select (payload ->> 'incorrectCount')::integer as n from banyan.events where type = '${answerSubmitted.type}' order by position`;
    return (await world.broker.query<{ n: number }>(statement)).rows.map(({ n }) => n);
  };
  const untilTold = async (n: number) => {
    await expect.poll(async () => (await told()).at(-1), { timeout: 120_000 }).toBe(n);
  };
});

describe('how long answers wait for their badges', () => {
  const world = useQuizWorld();

  test.each([
    [none.name, 'none sits out its 5 s', none, 0],
    [listeningTooLate.name, 'all of them sit out their 5 s', listeningTooLate, 3],
  ] as const)('%s: %s', async (_name, _caughtBy, fault, late) => {
    await world.own('achievement', 'achievement');
    world.others.check(() => []);
    await world.start(fault === none ? {} : plantFault(fault));
    const answers = await Promise.all([1, 2, 3].map((questionId) => world.record({ ...right, questionId })));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const statement = `select count(*)::integer as late from banyan.sagas where state = 'completed' and 'late' = any(marks)`;
    expect((await world.database.query(statement)).rows).toEqual([{ late }]);
  });
});

describe('what the undo of an answer leaves', () => {
  const world = useQuizWorld();

  test.each([
    [none.name, 'what was counted since, and nothing else', none, { counts: [[1, 1, 1, 0]], status: 200 }],
    [nothingLeft.name, 'results of 0 answers, which cannot be shown', nothingLeft, { counts: [[1, 1, 1, 0], [2, 1, 0, 0]], status: 500 }], // prettier-ignore
    [undoneElsewhere.name, 'an answer is missing that nobody took back', undoneElsewhere, { counts: [[1, 1, 0, 0]], status: 200 }], // prettier-ignore
  ] as const)('%s: %s', async (_name, _caughtBy, fault, expected) => {
    world.others.check(({ data }) => (data['userId'] === '2' ? 'failed' : data['statsEpoch'] === null ? 'silent' : []));
    await world.own('achievement', 'achievement');
    const { nodeArguments, environment } = plantFault(fault);
    await world.start({ nodeArguments, environment: { ...environment, CHECK_WITHIN_MS: '120000' } });
    const first = world.record({ ...right, userId: 1 });
    await expect.poll(() => world.others.heard.length, { timeout: 60_000 }).toBe(1);
    const resetAt = '2026-11-22T00:00:00.000Z';
    await world.others.publish(userStatsReset, { userId: '1', scheduledFor: '2026-11-22', resetAt, reason: 'nightly-guest-reset' });
    await expect.poll(() => world.counts(), { timeout: 60_000 }).toEqual([]);
    expect((await world.record({ ...right, userId: 1 })).status).toBe(201);
    await failFirstAnswer();
    expect((await first).status).toBe(500);
    expect((await world.record(right)).status).toBe(500);
    expect({ counts: await world.counts(), status: (await world.ask('/api/stats/user/2')).status }).toEqual(expected);
  });

  /** As achievement would. */
  async function failFirstAnswer(): Promise<void> {
    const { id, correlationid, data } = world.others.heard[0]!;
    const { userId, questionId } = answerSubmitted.data.parse(data);
    const about = { answerEventId: id, correlationId: correlationid, userId, questionId };
    await world.others.publish(achievementCheckFailed, { ...about, error: 'badges are broken' });
  }
});
