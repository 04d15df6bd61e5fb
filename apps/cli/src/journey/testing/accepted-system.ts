/** A whole system of its own for a test: moved stage by stage, with its acceptance suite as the evidence. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StateView } from '@banyan/controller/state-view';
import { Client } from 'pg';
import { vi } from 'vitest';
import { ControllerClient } from '../../controller-client.ts';
import { findFreePorts } from '../../programs/ports.ts';
import { locateSystem } from '../../running/locate-system.ts';
import { environmentOf, eventStoreDatabase, factsFor, type RunPlan } from '../../running/program-specs.ts';
import { type RunningSystem, startSystem } from '../../running/start-system.ts';
import { extractionIn, PersistentMover } from '../mover.ts';

/** Which programs' databases hold a table, its owner first. */
export type Holders = Readonly<Record<string, readonly string[]>>;

export interface AcceptedSystem {
  readonly running: RunningSystem;
  readonly controller: ControllerClient;
  /** A folder of the test's own. */
  readonly home: string;
  /** Up to shadow by the gates, which see that copies are made; from there on the suite is the evidence. */
  goTo(stage: string, extractions: readonly string[], sharePercent?: number): Promise<void>;
  /** What did not hold, one line each; a scenario that was skipped did not hold either. */
  accept(tables: Holders, more?: SuiteOptions): Promise<string[]>;
  /** How many answers of these extractions both sides gave, and what differed in them. */
  compared(extractions: readonly string[]): Promise<{ readonly compared: number; readonly mismatches: readonly unknown[] }>;
  /** Of a program's database, or of one of the platform by its name. */
  rowsAt(program: string, text: string): Promise<Record<string, unknown>[]>;
  /** The flags that the services are started with once corrections are on, as the system's configuration says. */
  corrections(): string[];
  stop(): Promise<void>;
}

export interface SuiteOptions {
  readonly flags?: readonly string[];
  /** Added to the target. */
  readonly target?: object;
  readonly options?: readonly string[];
  /** Fewer scenarios would be another suite. */
  readonly scenariosMin: number;
}

export interface AcceptedSystemOptions {
  /** Folder of the system. */
  readonly directory: string;
  /** How its programs are to be started; `home` is the folder of the test. */
  readonly instrument?: (home: string) => NonNullable<RunPlan['instrument']>;
}

export async function startAcceptedSystem({ directory, instrument }: AcceptedSystemOptions): Promise<AcceptedSystem> {
  const home = mkdtempSync(join(tmpdir(), 'banyan-acceptance-'));
  chmodSync(home, 0o755); // as root, PostgreSQL runs as a user that may not look into a folder of root
  vi.stubEnv('BANYAN_ROOT', home);
  const [port = 0] = await findFreePorts(1);
  const running = await startSystem({
    system: await locateSystem(directory),
    kind: 'prove',
    fresh: true,
    port,
    gatewayWorkers: 1,
    seedScale: 1,
    reporter: { line: () => {}, step: () => {}, warn: () => {} },
    ...(instrument === undefined ? {} : { instrument: instrument(home) }),
  });
  const { plan } = running;
  const { controllerPort, secrets } = plan;
  const controller = new ControllerClient({ url: `http://127.0.0.1:${controllerPort}`, token: secrets['controllerToken'] ?? '' });
  const mover = new PersistentMover({ client: controller, actor: 'acceptance' });
  return {
    running,
    controller,
    home,
    goTo: async (stage, extractions, sharePercent) => {
      for (const extraction of extractions) {
        const target = { extraction, stage, reason: 'the acceptance suite is the evidence', ...(sharePercent && { sharePercent }) };
        await mover.reach({ ...target, force: ['canary', 'owner', 'retired'].includes(stage) });
      }
    },
    accept: async (tables, { flags = [], target = {}, options = [], scenariosMin } = { scenariosMin: 1 }) => {
      const results = await runSuite(running, { tables, flags, ...target }, options);
      if (results.length < scenariosMin) return [`${results.length} scenarios were run, not ${scenariosMin}`];
      return results
        .filter(({ outcome }) => outcome !== 'passed')
        .map(({ id, title, outcome, reason: why }) => `${id} ${title}: ${outcome}, ${why}`);
    },
    compared: async (extractions) => {
      const state = await controller.read<StateView>('/v1/state');
      const shadows = extractions.map((name) => ({ name, ...extractionIn(state, name).shadow }));
      const differing = shadows.filter(({ mismatches }) => mismatches > 0);
      return {
        compared: shadows.reduce((sum, { compared }) => sum + compared, 0),
        mismatches: await Promise.all(differing.map(({ name }) => controller.read(`/v1/mismatches?extraction=${name}`))),
      };
    },
    rowsAt: (program, text) => rowsAt(plan, program, text),
    corrections: () => {
      const services = Object.entries(plan.system.definition.programs).filter(([, { role }]) => role === 'service');
      return services.flatMap(([name]) => (environmentOf({ ...plan, corrections: true }, name)['FLAGS'] ?? '').split(',')).filter(Boolean);
    },
    stop: async () => {
      await running.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function rowsAt({ system, databaseUrl }: RunPlan, program: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: databaseUrl(system.definition.programs[program]?.database ?? program) });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

interface AcceptanceReport {
  readonly results: readonly {
    readonly id: string;
    readonly title: string;
    readonly outcome: string;
    readonly reason?: string;
  }[];
}

async function runSuite(
  { plan, gatewayUrl }: RunningSystem,
  more: object,
  options: readonly string[],
): Promise<AcceptanceReport['results']> {
  const { acceptance, programs } = plan.system.definition;
  const databases = Object.entries(programs).map(([name, program]) => [name, plan.databaseUrl(program.database)] as const);
  const { google, mail } = factsFor(plan, 'monolith').standins;
  const target = {
    url: gatewayUrl,
    ...(google === undefined ? {} : { googleUrl: google }),
    ...(mail === undefined ? {} : { mailUrl: mail }),
    jwtSecret: plan.secrets['JWT_SECRET'],
    databases: { ...Object.fromEntries(databases), [eventStoreDatabase]: plan.databaseUrl(eventStoreDatabase) },
    brokerDatabase: eventStoreDatabase,
    ...more,
  };
  const entry = join(plan.system.directory, acceptance?.directory ?? '', acceptance?.entry ?? '');
  const child = spawn(process.execPath, [entry, '--json', ...options], {
    env: { ...process.env, ACCEPTANCE_TARGET: JSON.stringify(target) },
  });
  let [answer, complaints] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (!answer.startsWith('{')) throw new Error(`The acceptance program ended with ${code}: ${complaints}${answer}`);
  return (JSON.parse(answer) as AcceptanceReport).results;
}
