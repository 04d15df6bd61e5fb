import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { extraction } from './definition.ts';
import type { ProjectionFact } from './gate-facts.ts';
import { judgeGates } from './gates.ts';
import { planMigration, plannedExtraction } from './plan.ts';
import { createProjectionKeeper } from './projection-keeper.ts';
import type { Step } from './stages.ts';

const plan = planMigration(
  { system: 's', extractions: [extraction('quiz', { service: 'quiz', tables: [{ source: 'public.stats', target: 'public.stats' }] })] },
  { programs: { quiz: { role: 'service' } } },
);
const quiz = plannedExtraction(plan, 'quiz');
const toShadow: Step = {
  kind: 'advance',
  work: 'routes',
  from: { stage: 'replicating', sharePercent: 0 },
  to: { stage: 'shadow', sharePercent: 0 },
};

const now = { maxAgeS: 0, withinMs: 0 };

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.close());

async function createProjection(): Promise<void> {
  await database.query(`create schema banyan; create table banyan.projections (name text primary key, fill_asked_at timestamptz, filled_at timestamptz, keys bigint,
    check_asked_at timestamptz, checked_at timestamptz, checked bigint, differing bigint, behind bigint, samples jsonb not null default '[]', error text);
    insert into banyan.projections (name) values ('question-refs')`);
}

function gateOf(projections: readonly ProjectionFact[]) {
  return judgeGates(quiz, toShadow, { dependencies: [], projections }).find(({ name }) => name === 'projections');
}

it('a service without copies has no such gate', async () => {
  expect(gateOf(await createProjectionKeeper({ quiz: database.url }).read(quiz))).toBeUndefined();
});

it('waits for copies that are being made, fails for one that differs, passes when all are equal', async () => {
  await createProjection();
  const keeper = createProjectionKeeper({ quiz: database.url });
  await keeper.askToFill(quiz);
  expect(gateOf(await keeper.read(quiz))).toMatchObject({
    status: 'wait',
    message: expect.stringContaining('question-refs (not filled yet)') as string,
  });
  await database.query(`update banyan.projections set error = 'connect ECONNREFUSED'`);
  expect(gateOf(await keeper.check(quiz, now))).toMatchObject({
    status: 'wait',
    message: expect.stringContaining('ECONNREFUSED') as string,
  });
  await database.query('update banyan.projections set check_asked_at = null');
  const answered = keeper.check(quiz, { maxAgeS: 0, withinMs: 20_000 });
  await expect.poll(async () => (await database.query('select from banyan.projections where check_asked_at is not null')).rowCount).toBe(1);
  await database.query(
    `update banyan.projections set fill_asked_at = null, filled_at = now(), check_asked_at = null, checked_at = now(), checked = 80, differing = 1, samples = '[{"key":"7"}]', error = null`,
  );
  const facts = await answered;
  expect(gateOf(facts.map((it) => ({ ...it, behind: 1, deadLetters: 2 })))?.message).toContain('2 dead letters of its service wait');
  // Nothing is wrong with a copy that has not heard of the last events yet.
  expect(gateOf(facts.map((it) => ({ ...it, behind: 1 })))).toMatchObject({
    status: 'wait',
    message: expect.stringContaining('question-refs (1 keys behind their owner)') as string,
  });
  expect(gateOf(facts)).toMatchObject({
    status: 'fail',
    message: expect.stringContaining('question-refs in 1 keys') as string,
    samples: [{ key: '7' }],
  });
  await database.query('update banyan.projections set differing = 0');
  expect(gateOf(await keeper.read(quiz))).toMatchObject({
    status: 'pass',
    message: "80 keys of question-refs are equal to their owners'.",
  });
  await database.query(`update banyan.projections set checked_at = now() - interval '1 day'`);
  expect(gateOf(await keeper.read(quiz))).toMatchObject({ status: 'wait' });
});

it('asks once for what takes longer than a look at it, and again after a copy is to be made anew', async () => {
  await createProjection();
  const asked = async () => (await database.query('select fill_asked_at, check_asked_at from banyan.projections')).rows[0]!;
  const keeper = createProjectionKeeper({ quiz: database.url });
  await keeper.check(quiz, now);
  const first = await asked();
  expect(first).toEqual({ fill_asked_at: expect.any(Date) as Date, check_asked_at: expect.any(Date) as Date });
  await keeper.check(quiz, now);
  expect(await asked()).toEqual(first);
  await keeper.askToFill(quiz);
  const { fill_asked_at: fill, check_asked_at: check } = await asked();
  expect([fill, check].every((at) => (at as Date) > (first['fill_asked_at'] as Date))).toBe(true);
});

it('does not compare again what was equal a moment ago, and reads how many dead letters hold copies back', async () => {
  await createProjection();
  await database.query(`create table banyan.set_aside (state text); insert into banyan.set_aside values ('dead'), ('waiting');
    update banyan.projections set filled_at = now(), checked_at = now(), differing = 0;
    insert into banyan.projections (name, filled_at, checked_at, differing) values ('user-refs', now(), now() - interval '1 hour', 0)`);
  const facts = await createProjectionKeeper({ quiz: database.url }).check(quiz, { maxAgeS: 60, withinMs: 0 });
  expect(facts.map(({ name, isAsked, deadLetters }) => [name, isAsked, deadLetters])).toEqual([
    ['question-refs', false, 1],
    ['user-refs', true, 1],
  ]);
});
