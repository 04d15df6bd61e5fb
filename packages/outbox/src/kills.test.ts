import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { armCrash } from '@banyan/proof/crash-point';
import { expect, test } from 'vitest';
import { crashPoints } from './crash-points.ts';
import { createRelay } from './relay.ts';
import { brokerOn, brokerTable } from './testing/broker.ts';
import { openQuiz, type Quiz } from './testing/quiz.ts';

const program = fileURLToPath(new URL('testing/submitting-program.ts', import.meta.url));
const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));

function startProgram(quiz: Quiz, environment: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--import', preload, program], {
    env: { ...process.env, DATABASE_URL: quiz.database.url, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { code: child.exitCode, signal: child.signalCode };
}

/** Until the program is at work, so that what kills it does so in the middle. */
async function expectProgress(quiz: Quiz): Promise<void> {
  await expect.poll(async () => (await quiz.database.query('select from broker limit 50')).rowCount).toBe(50);
}

/** What the broker has, against the rows that are committed: the answers and their events were written together or not at all. */
async function expectNothingLostOrDoubled(quiz: Quiz): Promise<void> {
  const compared = await quiz.database.query<{ text: string; answers: number; events: number }>(`
    select text, count(*) filter (where side = 'answers')::integer as answers, count(*) filter (where side = 'broker')::integer as events
    from (select 'answers' as side, text from answers union all select 'broker', text from broker) both_sides
    group by text having count(*) filter (where side = 'answers') <> count(*) filter (where side = 'broker')`);
  expect(compared.rows).toEqual([]);
  const disordered = await quiz.database.query(`
    select key, sequence, number from (
      select key, sequence::bigint, row_number() over (partition by source, key order by place) as number from broker
    ) numbered where sequence <> number`);
  expect(disordered.rows).toEqual([]);
}

test.each(crashPoints.map((point) => [point]))(
  'killed at %s, it loses nothing and doubles nothing, and each key stays in order',
  async (point) => {
    await using quiz = await openQuiz();
    const folder = mkdtempSync(join(tmpdir(), 'outbox-'));
    try {
      await quiz.database.query(brokerTable);
      const file = join(folder, 'crash');
      const child = startProgram(quiz, { RUN: 'killed', TRANSACTIONS: '100000', BANYAN_CRASH_FILE: file });
      await expectProgress(quiz);
      const armed = armCrash(file, point);
      expect(await endOf(child)).toEqual({ code: null, signal: 'SIGKILL' });
      expect(await armed.died()).toMatchObject({ point });
      expect(await endOf(startProgram(quiz, { RUN: 'next', TRANSACTIONS: '12' }))).toEqual({ code: 0, signal: null });
      await expectNothingLostOrDoubled(quiz);
      expect(await quiz.waiting()).toEqual([]);
      const after = await quiz.database.query("select from answers where text like 'next.%'");
      const repeated = await quiz.database.query('select from broker where repeats > 0');
      expect(point !== 'relay.published' || repeated.rowCount! > 0, 'some came to the broker twice').toBe(true);
      expect(after.rowCount).toBe(6 * 9 * 2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  60_000,
);

test('the counting finds an event that is lost, one that is doubled, and one out of order', async () => {
  await using quiz = await openQuiz();
  await quiz.database.query(brokerTable);
  await endOf(startProgram(quiz, { RUN: 'whole', TRANSACTIONS: '4' }));
  await expectNothingLostOrDoubled(quiz);
  const plants = [
    'delete from broker where place = 3',
    'insert into broker (id, source, key, sequence, text) select gen_random_uuid(), source, key, sequence, text from broker where place = 3',
    'update broker set sequence = case place when 1 then (select max(sequence) from broker b where b.key = broker.key) else sequence end where place = 1',
  ];
  for (const plant of plants) {
    await quiz.database.query(`create table whole as table broker; ${plant}`);
    await expect(expectNothingLostOrDoubled(quiz), plant).rejects.toThrow('deeply equal');
    await quiz.database.query('truncate broker; insert into broker table whole; drop table whole');
  }
});

test('a process that is killed while its relay is at work is followed by the relay of another', async () => {
  await using quiz = await openQuiz();
  await quiz.database.query(brokerTable);
  const standby = createRelay({ database: { pool: quiz.pool }, driver: brokerOn(quiz.pool), pollMs: 20 });
  const child = startProgram(quiz, { RUN: 'killed', TRANSACTIONS: '100000' });
  await expectProgress(quiz);
  standby.start();
  child.kill('SIGKILL');
  await endOf(child);
  await expect.poll(() => standby.isLeading).toBe(true);
  await expect.poll(() => quiz.waiting()).toEqual([]);
  await expectNothingLostOrDoubled(quiz);
  await standby.stop();
}, 60_000);
