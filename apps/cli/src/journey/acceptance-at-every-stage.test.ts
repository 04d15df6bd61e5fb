import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateView } from '@banyan/controller/state-view';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ControllerClient } from '../controller-client.ts';
import { findFreePorts } from '../programs/ports.ts';
import { locateSystem } from '../running/locate-system.ts';
import { factsFor, publicUrl } from '../running/program-specs.ts';
import { startSystem, type RunningSystem } from '../running/start-system.ts';
import { extractionIn, PersistentMover } from './mover.ts';

const nodeLearn = join(import.meta.dirname, '../../../../systems/node-learn');
const monolithOwns = ['monolith', 'auth'];
const monolithAlone = ['monolith'];

describe('every acceptance scenario of Node-Learn holds', { timeout: 90_000 }, () => {
  let home: string;
  let running: RunningSystem;
  let controller: ControllerClient;
  let mover: PersistentMover;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'banyan-acceptance-'));
    vi.stubEnv('BANYAN_ROOT', home);
    running = await startNodeLearn(home);
    const { controllerPort, secrets } = running.plan;
    controller = new ControllerClient({ url: `http://127.0.0.1:${controllerPort}`, token: secrets['controllerToken'] ?? '' });
    mover = new PersistentMover({ client: controller, actor: 'acceptance' });
  });

  afterAll(async () => {
    await running?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const goTo = (target: { stage: string; sharePercent?: number }) =>
    mover.reach({ extraction: 'auth', reason: 'the acceptance suite is the evidence', force: true, ...target });
  const accept = (usersIn: readonly string[], url = running.gatewayUrl) => runAcceptance(running, join(home, 'clock'), usersIn, url);

  test('at the monolith itself', async () => {
    expect(await accept(monolithAlone, publicUrl(running.plan, 'monolith'))).toEqual([]);
  });

  test('at the monolith behind the gateway', async () => {
    expect(await accept(monolithAlone)).toEqual([]);
  });

  test('in shadow, and both sides answer the same', async () => {
    await goTo({ stage: 'shadow' });
    expect(await accept(monolithOwns)).toEqual([]);
    const { compared, mismatches } = extractionIn(await controller.read<StateView>('/v1/state'), 'auth').shadow;
    expect(mismatches, JSON.stringify(await controller.read('/v1/mismatches'))).toBe(0);
    expect(compared).toBeGreaterThan(0);
  });

  test('with all reads answered by the service', async () => {
    await goTo({ stage: 'canary', sharePercent: 100 });
    expect(await accept(monolithOwns)).toEqual([]);
  });

  test('with the service as the owner', async () => {
    await goTo({ stage: 'owner' });
    expect(await accept(['auth', 'monolith'])).toEqual([]);
  });

  test('back at the monolith', async () => {
    await goTo({ stage: 'planned' });
    expect(await accept(monolithAlone)).toEqual([]);
  });
});

async function startNodeLearn(home: string): Promise<RunningSystem> {
  const [port = 0] = await findFreePorts(1);
  const preload = import.meta.resolve('@banyan/proof/clock-preload');
  const clock = { nodeArguments: ['--import', preload], environment: { BANYAN_CLOCK_FILE: join(home, 'clock') } };
  return startSystem({
    system: await locateSystem(nodeLearn),
    kind: 'prove',
    fresh: true,
    port,
    gatewayWorkers: 1,
    seedScale: 1,
    reporter: { line: () => {}, step: () => {}, warn: () => {} },
    instrument: (program) => (program === 'monolith' ? clock : { nodeArguments: [], environment: {} }),
  });
}

interface AcceptanceReport {
  readonly results: readonly { readonly id: string; readonly title: string; readonly outcome: string; readonly reason?: string }[];
}

/** What did not hold, one line each; a scenario that was skipped did not hold either. */
async function runAcceptance(running: RunningSystem, clockFile: string, usersIn: readonly string[], url: string): Promise<string[]> {
  const { plan } = running;
  const { acceptance, programs } = plan.system.definition;
  const databases = Object.entries(programs).map(([name, program]) => [name, plan.databaseUrl(program.database)] as const);
  const target = {
    url,
    googleUrl: factsFor(plan, 'monolith').standins['google'],
    jwtSecret: plan.secrets['JWT_SECRET'],
    databases: Object.fromEntries(databases),
    tables: { users: usersIn },
    clockFile,
  };
  const entry = join(plan.system.directory, acceptance?.directory ?? '', acceptance?.entry ?? '');
  const child = spawn(process.execPath, [entry, '--json'], { env: { ...process.env, ACCEPTANCE_TARGET: JSON.stringify(target) } });
  let [answer, complaints] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (!answer.startsWith('{')) throw new Error(`The acceptance program ended with ${code}: ${complaints}${answer}`);
  const { results } = JSON.parse(answer) as AcceptanceReport;
  expect(results.length).toBeGreaterThanOrEqual(36);
  return results
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ id, title, outcome, reason: why }) => `${id} ${title}: ${outcome}, ${why}`);
}
