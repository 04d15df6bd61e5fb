// Node-Learn on RabbitMQ: only the address of the broker is another one; the broker is killed under answers, and nothing is missing afterwards.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trace } from '@banyan/controller/trace';
import { isWithoutRabbitmq } from '@banyan/proof/rabbitmq-server';
import { loadMarker } from '@banyan/service/load-driver';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ControllerClient } from '../controller-client.ts';
import { explainError } from '../errors.ts';
import { findFreePorts } from '../programs/ports.ts';
import { busNamed } from './bus.ts';
import { locateSystem } from './locate-system.ts';
import { eventStoreDatabase } from './program-specs.ts';
import { startSystem, type RunningSystem } from './start-system.ts';
import { Answers } from './testing/answers.ts';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

describe.skipIf(isWithoutRabbitmq())('Node-Learn on RabbitMQ', () => {
  const warnings: string[] = [];
  let home: string;
  let running: RunningSystem;
  let controller: ControllerClient;
  let answers: Answers;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'banyan-rabbit-'));
    chmodSync(home, 0o755); // as root, servers run as users that may not look into a folder of root
    vi.stubEnv('BANYAN_ROOT', home);
    const [port = 0] = await findFreePorts(1);
    running = await startSystem({
      system: await locateSystem(join(import.meta.dirname, '../../../../systems/node-learn')),
      kind: 'prove',
      fresh: true,
      port,
      bus: busNamed('rabbitmq'),
      gatewayWorkers: 1,
      seedScale: 1,
      reporter: { line: () => {}, step: () => {}, warn: (line: string) => void warnings.push(line) },
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

  test('services say that the broker is away and go on; afterwards every event is archived, in order, and handled', async () => {
    for (const extraction of ['auth', 'question', 'quiz', 'achievement'])
      await advance(extraction, extraction === 'question' ? 'canary' : 'owner');
    answers.start();
    await moreAnswers(60);
    process.kill(running.broker!.node!.pid, 'SIGKILL');
    await expect.poll(() => healthOf('quiz')).toMatchObject({ status: 'ready', broker: expect.stringMatching(/^waited for/) as string });
    await moreAnswers(60);
    await expect.poll(() => healthOf('quiz')).toMatchObject({ status: 'ready', broker: 'ok' });
    expect(warnings).toContain('RabbitMQ ended; it is started again');
    await moreAnswers(20);
    await answers.stop();
    expect(answers.refused).toEqual([]);

    const marker = (await loadMarker(running.broker!.url))!;
    for (const service of ['quiz', 'achievement']) {
      await expect.poll(async () => (await rowsAt(service, 'select from banyan.outbox')).length).toBe(0);
      expect(await rowsAt(service, 'select * from banyan.set_aside')).toEqual([]);
    }
    for (const group of ['quiz', 'achievement', 'event-store']) await marker.untilSettled(group);
    await marker.close();
    const archived = await query(
      eventStoreDatabase,
      'select service_id, aggregate_id, count(*)::int as count, max(version)::int as last, min(version)::int as first from banyan.events group by 1, 2',
    );
    expect(archived.length).toBeGreaterThan(20);
    expect(archived.filter(({ count, last, first }) => Number(count) !== Number(last) - Number(first) + 1)).toEqual([]);
    const { entries, open } = await controller.read<Trace>(`/v1/trace?correlation=${answers.lastTraceId}`);
    expect(open).toBe(0);
    expect(entries.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['published', 'handled']));
    expect(await controller.read('/health')).toMatchObject({ status: 'ready', archive: 'ok' });
  });

  /** A cutover on a busy machine may cancel itself. */
  async function advance(extraction: string, stage: string): Promise<void> {
    const body = { actor: 'test', reason: 'a test', to: stage, force: true, ...(stage === 'canary' ? { sharePercent: 100 } : {}) };
    for (let tries = 1; ; tries += 1) {
      try {
        return void (await controller.move(`/v1/extractions/${extraction}/advance`, body, () => {}));
      } catch (error) {
        if (tries === 20 || explainError(error).code !== 'MIGRATION_CUTOVER_CANCELLED') throw error;
      }
    }
  }

  async function moreAnswers(count: number): Promise<void> {
    const before = answers.given;
    await expect.poll(() => answers.given, { timeout: 200_000, interval: 100 }).toBeGreaterThan(before + count);
  }

  async function healthOf(service: string): Promise<unknown> {
    const { internalPort } = running.plan.programPorts[service]!;
    return (await fetch(`http://127.0.0.1:${internalPort}/health/ready`)).json();
  }

  function rowsAt(program: string, text: string): Promise<Record<string, unknown>[]> {
    return query(running.plan.system.definition.programs[program]?.database ?? '', text);
  }

  async function query(database: string, text: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: running.plan.databaseUrl(database) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }
});
