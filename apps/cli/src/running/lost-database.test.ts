// Node-Learn's achievement loses its database while it owns the badges, and everything goes on, in a whole system under answers.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateView } from '@banyan/controller/state-view';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ControllerClient } from '../controller-client.ts';
import { explainError } from '../errors.ts';
import { findFreePorts } from '../programs/ports.ts';
import { locateSystem } from './locate-system.ts';
import { eventStoreDatabase } from './program-specs.ts';
import { startSystem, type RunningSystem } from './start-system.ts';
import { Answers } from './testing/answers.ts';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

let home: string;
let running: RunningSystem;
let controller: ControllerClient;
let answers: Answers;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'banyan-lost-'));
  chmodSync(home, 0o755); // as root, PostgreSQL runs as a user that may not look into a folder of root
  vi.stubEnv('BANYAN_ROOT', home);
  const [port = 0] = await findFreePorts(1);
  running = await startSystem({
    system: await locateSystem(join(import.meta.dirname, '../../../../systems/node-learn')),
    kind: 'prove',
    fresh: true,
    port,
    gatewayWorkers: 1,
    seedScale: 1,
    reporter: { line: () => {}, step: () => {}, warn: () => {} },
  });
  const { controllerPort, secrets } = running.plan;
  controller = new ControllerClient({ url: `http://127.0.0.1:${controllerPort}`, token: secrets['controllerToken'] ?? '' });
  answers = new Answers(running.gatewayUrl);
});

afterAll(async () => {
  await answers?.stop();
  await running?.stop();
  rmSync(home, { recursive: true, force: true });
});

test('the badges come back from the monolith with 0 differing, and their events go on where they were', async () => {
  await advance('auth', 'owner');
  await advance('question', 'canary', 100);
  await advance('quiz', 'owner');
  await advance('achievement', 'owner');
  answers.start();
  await moreAnswers();
  const numbersBefore = await highestNumbers();
  expect(numbersBefore.size).toBeGreaterThan(0);

  await onServer(`drop database achievement_db with (force)`);
  await onServer(`create database achievement_db template template0`);
  await move('back', 'achievement', { lost: true, reason: 'its database is gone' });
  expect(await stageOf('achievement')).toBe('planned');
  const monolithChecks = answers.awarded;
  await moreAnswers();
  expect(answers.awarded).toBeGreaterThan(monolithChecks); // by the monolith, as before achievement owned them

  await running.ready('achievement');
  await advance('achievement', 'owner');
  const serviceChecks = answers.awarded;
  await moreAnswers();
  expect(answers.awarded).toBeGreaterThan(serviceChecks);
  await answers.stop();
  expect(answers.refused).toEqual([]);

  expect(await move('verify', 'achievement')).toMatchObject({ done: true, differing: 0 });
  await expect.poll(async () => (await rowsAt('achievement', 'select from banyan.outbox')).length, { timeout: 30_000 }).toBe(0);
  expect(await rowsAt('achievement', 'select * from banyan.set_aside')).toEqual([]);
  await rowsAt('achievement', 'update banyan.projections set check_asked_at = now()');
  const asked = () => rowsAt('achievement', 'select from banyan.projections where check_asked_at is not null');
  await expect.poll(async () => (await asked()).length, { timeout: 60_000 }).toBe(0);
  const copies = await rowsAt(
    'achievement',
    'select name, differing::integer as differing, filled_at is not null as filled from banyan.projections',
  );
  expect(copies.map(({ differing, filled }) => [differing, filled])).toEqual(copies.map(() => [0, true]));
  const numbers = await highestNumbers();
  for (const [key, before] of numbersBefore) expect(numbers.get(key), key).toBeGreaterThanOrEqual(before);
  expect([...numbers].filter(([key, number]) => number > (numbersBefore.get(key) ?? 0n)).length).toBeGreaterThan(0);
});

async function advance(extraction: string, stage: string, sharePercent?: number): Promise<void> {
  // By its gates as far as shadow, which see that copies are made and equal.
  if (extraction === 'achievement') await move('advance', extraction, { to: 'shadow' });
  await move('advance', extraction, { to: stage, force: true, ...(sharePercent === undefined ? {} : { sharePercent }) });
}

/** A cutover on a busy machine may cancel itself. */
async function move(action: string, extraction: string, body: object = {}): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await controller.move(`/v1/extractions/${extraction}/${action}`, { actor: 'test', reason: 'a test', ...body }, () => {});
    } catch (error) {
      if (tries === 20 || explainError(error).code !== 'MIGRATION_CUTOVER_CANCELLED') throw error;
    }
  }
}

async function moreAnswers(): Promise<void> {
  const before = answers.given;
  await expect.poll(() => answers.given, { timeout: 200_000, interval: 100 }).toBeGreaterThan(before + 60);
}

async function stageOf(name: string): Promise<string | undefined> {
  return (await controller.read<StateView>('/v1/state')).extractions.find((it) => it.name === name)?.stage;
}

async function highestNumbers(): Promise<Map<string, bigint>> {
  const statement =
    "select aggregate_id as key, max(version)::text as number from banyan.events where service_id = '/node-learn/achievement' group by 1";
  const rows = await query(running.plan.databaseUrl(eventStoreDatabase), statement);
  return new Map(rows.map(({ key, number }) => [String(key), BigInt(String(number))]));
}

function rowsAt(program: string, text: string): Promise<Record<string, unknown>[]> {
  return query(running.plan.databaseUrl(running.plan.system.definition.programs[program]?.database ?? ''), text);
}

/** Slots that are being read keep a database from being dropped. */
async function onServer(text: string): Promise<void> {
  const ending =
    "select pg_terminate_backend(active_pid) from pg_replication_slots where database = 'achievement_db' and active_pid is not null";
  for (let tries = 1; ; tries += 1) {
    await query(running.server.url, ending);
    try {
      await query(running.server.url, text);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== '55006' || tries === 100) throw error;
    }
  }
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
