/** Starts the programs of a rehearsal as a live run does, on other ports and on scratch databases, with nothing live in reach. */
import { mkdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { createGatewayClient } from '@banyan/gateway/gateway-client';
import type { Cast, Copies } from '@banyan/migration/rehearsal';
import { computeRouteTable } from '@banyan/migration/route-table';
import { findFreePorts } from '../programs/ports.ts';
import type { RecordedProcess } from '../programs/run-record.ts';
import { runToEnd } from '../programs/run-to-end.ts';
import { SupervisedProgram, type ProgramSpec } from '../programs/supervised-program.ts';
import { environmentOf, gatewaySpec, monolithName, programDefinition, publicUrl, systemProgramSpec } from '../running/program-specs.ts';
import type { ProgramPorts, RunPlan } from '../running/program-specs.ts';
import type { LiveSystem } from './live-system.ts';

export interface ScratchOptions {
  readonly live: LiveSystem;
  readonly cast: Cast;
  readonly directory: string;
  /** Where everything that takes no part is looked for; see refusing-server.ts. */
  readonly refusingPort: number;
  /** Of an empty database in place of the broker's. */
  readonly brokerUrl: string;
  readonly remember: (name: string, pid: number, signal: RecordedProcess['signal']) => void;
  readonly instrument?: RunPlan['instrument'];
}

/** Base URLs; of services by program. */
export interface ScratchUrls {
  readonly monolith: string;
  readonly twin: string;
  readonly services: Readonly<Record<string, string>>;
}

/** They come to what the live programs leave of the machine. */
const readyTimeoutMs = 180_000;

export class ScratchPrograms {
  readonly #options: ScratchOptions;
  /** The side of the services: a run of those that take part, with a gateway and a monolith of their own. */
  readonly #plan: RunPlan;
  readonly #running: SupervisedProgram[] = [];

  private constructor(options: ScratchOptions, plan: RunPlan) {
    this.#options = options;
    this.#plan = plan;
  }

  static async prepare(options: ScratchOptions): Promise<ScratchPrograms> {
    const { live, cast, directory, refusingPort } = options;
    mkdirSync(directory, { recursive: true });
    const nowhere = { port: refusingPort, internalPort: refusingPort };
    const base: RunPlan = {
      system: live.system,
      directory,
      host: '127.0.0.1',
      gatewayPort: refusingPort,
      gatewayAdminPort: refusingPort,
      gatewayWorkers: 1,
      controllerPort: refusingPort,
      webPort: refusingPort,
      standinPorts: live.standinPorts,
      programPorts: Object.fromEntries(Object.keys(live.system.definition.programs).map((name) => [name, nowhere])),
      secrets: live.secrets,
      databaseUrl: () => '', // each program is given its own
      brokerUrl: options.brokerUrl,
      ...(options.instrument === undefined ? {} : { instrument: options.instrument }),
    };
    const names = [...cast.services.map(({ program }) => program), monolithName(base)];
    const [gatewayPort = 0, gatewayAdminPort = 0, ...free] = await findFreePorts(names.length * 2 + 2);
    const ports = names.map((name, at): [string, ProgramPorts] => [name, { port: free[at * 2] ?? 0, internalPort: free[at * 2 + 1] ?? 0 }]);
    const plan = { ...base, gatewayPort, gatewayAdminPort, programPorts: { ...base.programPorts, ...Object.fromEntries(ports) } };
    return new ScratchPrograms(options, plan);
  }

  /** Whether a service that takes part is told where the gateway or the monolith is, and so may ask it. */
  get needPartner(): boolean {
    const ports = [this.#plan.gatewayPort, this.#plan.programPorts[monolithName(this.#plan)]?.port];
    return this.#options.cast.services.some(({ program }) => {
      const values = Object.values(environmentOf(this.#withDatabase('postgres://scratch@127.0.0.1:1/scratch'), program));
      return values.some((value) => ports.some((port) => value.includes(`:${port}`)));
    });
  }

  /** Makes the tables in an empty database: by the schema program, or by starting the program itself once. */
  async makeTables(name: string, databaseUrl: string): Promise<void> {
    const plan = this.#withDatabase(databaseUrl);
    const { directory, schema } = programDefinition(plan, name);
    if (schema === undefined) {
      const program = await this.#start(name, systemProgramSpec(plan, name));
      return program.stop();
    }
    const entry = join(plan.system.directory, directory, schema.entry);
    await runToEnd(`${name} schema`, entry, [], environmentOf(plan, name), this.#options.directory);
  }

  /** All of them; resolves when everything answers. */
  async start(copies: Copies): Promise<ScratchUrls> {
    const plan = this.#plan;
    const monolith = monolithName(plan);
    const programs = Object.entries(copies.services).map(([program, url]) => ({ called: program, program, url }));
    if (copies.partner !== undefined) programs.push({ called: 'partner', program: monolith, url: copies.partner });
    const [one, two] = await Promise.all([
      this.#startAlone('monolith', copies.monolith),
      this.#startAlone('twin', copies.twin),
      ...programs.map(({ called, program, url }) => this.#start(called, systemProgramSpec(this.#withDatabase(url), program))),
      ...(copies.partner === undefined ? [] : [this.#startGateway()]),
    ] as const);
    const services = Object.keys(copies.services).map((program) => [program, publicUrl(plan, program)]);
    return { monolith: one, twin: two, services: Object.fromEntries(services) as Record<string, string> };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((program) => program.stop()));
  }

  /** A copy of the monolith that does everything itself, as before the move. */
  async #startAlone(called: string, databaseUrl: string): Promise<string> {
    const { refusingPort } = this.#options;
    const [port = 0, internalPort = 0] = await findFreePorts(2);
    const nowhere = { port: refusingPort, internalPort: refusingPort };
    const others = Object.keys(this.#plan.programPorts).map((name) => [name, nowhere] as const);
    const name = monolithName(this.#plan);
    const programPorts = { ...Object.fromEntries(others), [name]: { port, internalPort } };
    const plan = { ...this.#withDatabase(databaseUrl), gatewayPort: refusingPort, programPorts };
    await this.#start(called, systemProgramSpec(plan, name));
    return publicUrl(plan, name);
  }

  /** Routes as they are once the cutover that is rehearsed has been made. */
  async #startGateway(): Promise<void> {
    const { live, cast } = this.#options;
    const plan = this.#plan;
    await this.#start('gateway', gatewaySpec(plan));
    const at = { stage: 'owner', sharePercent: 0, follows: 'none', held: false, sideProgramsStopped: false, enteredAt: '' } as const;
    const table = computeRouteTable({
      plan: live.system.migration,
      states: cast.owners.map(({ name }) => ({ name, ...at })),
      upstreams: Object.fromEntries(Object.keys(plan.programPorts).map((name) => [name, publicUrl(plan, name)])),
      monolith: monolithName(plan),
      version: 1,
    });
    const adminToken = plan.secrets['gatewayToken'] ?? '';
    await createGatewayClient({ adminUrl: `http://127.0.0.1:${plan.gatewayAdminPort}`, adminToken }).putRoutes(table);
  }

  async #start(called: string, spec: ProgramSpec): Promise<SupervisedProgram> {
    const name = `rehearsal ${called}`;
    const { directory, remember } = this.#options;
    const program = new SupervisedProgram(
      { ...spec, name, logFile: join(directory, 'logs', `${called}.log`), readyTimeoutMs },
      {
        onSpawn: (_program, pid) => {
          letOthersFirst(pid);
          remember(name, pid, 'SIGTERM');
        },
      },
    );
    this.#running.push(program);
    await program.start();
    return program;
  }

  #withDatabase(url: string): RunPlan {
    return { ...this.#plan, databaseUrl: () => url };
  }
}

/** Users do not wait for a rehearsal: starting half a dozen programs would otherwise take a small machine away from the live ones for as long. */
function letOthersFirst(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch (error) {
    if ((error as { info?: { code?: string } }).info?.code !== 'ESRCH') throw error; // it has ended already, which its start will tell
  }
}
