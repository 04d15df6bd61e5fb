/** Starts a whole system on this machine: database server, stand-ins, monolith, services, controller and gateway. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedServer, type EmbeddedServer } from '@banyan/proof/embedded-server';
import { CliError, explainError } from '../errors.ts';
import type { Reporter } from '../output.ts';
import { memoryMb } from '../programs/memory.ts';
import { findFreePorts, requireFreePort } from '../programs/ports.ts';
import { runToEnd } from '../programs/run-to-end.ts';
import { RunRecord, startGuard, type Guard, type RecordedProcess } from '../programs/run-record.ts';
import { SupervisedProgram, type ProgramListener, type ProgramSpec } from '../programs/supervised-program.ts';
import type { Repeated } from '@banyan/service/repeat';
import type { Bus } from './bus.ts';
import { createDatabases } from './create-databases.ts';
import { followTheEnd, readEnd } from './end-of-monolith.ts';
import type { LocatedSystem } from './locate-system.ts';
import { meetAttached } from './meet-attached.ts';
import {
  consoleAddress,
  consoleSpec,
  controllerSpec,
  environmentOf,
  gatewaySpec,
  gatewayUrl,
  monolithName,
  platformSecrets,
  programDefinition,
  requireEverythingBuilt,
  sideProgramSpecs,
  standinAddresses,
  standinsSpec,
  systemProgramSpec,
  webSpec,
  webUrl,
  type RunPlan,
} from './program-specs.ts';
import type { PagePorts } from './page-ports.ts';
import { prepareRunDirectory, runDirectory, type RunKind } from './run-directory.ts';
import { type RunningBroker, startBroker } from './running-broker.ts';
import { keepSecrets } from './secrets.ts';
import { followSidePrograms, isStopped } from './side-programs.ts';

export interface StartOptions {
  readonly system: LocatedSystem;
  readonly kind: RunKind;
  /** True: what an earlier run stored is removed first. */
  readonly fresh: boolean;
  readonly port: number;
  /** Absent: no console, and the front end takes any free port. */
  readonly pagePorts?: PagePorts;
  /** These programs of the system alone, with what they store; nothing in front of them. */
  readonly only?: readonly string[];
  /** The monolith's database is filled, but its program not started. Default false. */
  readonly withoutMonolith?: boolean;
  readonly gatewayWorkers: number;
  readonly seedScale: number;
  readonly reporter: Reporter;
  readonly listener?: ProgramListener;
  /** Ends the start at its next step; what was started is stopped. */
  readonly signal?: AbortSignal;
  readonly instrument?: RunPlan['instrument'];
  /** What carries the events. Default: the embedded server. */
  readonly bus?: Bus;
  /** Settings of the database server, for proofs. */
  readonly databaseSettings?: readonly string[];
}

export interface RunningSystem {
  readonly plan: RunPlan;
  readonly server: EmbeddedServer;
  /** Undefined where the embedded server is the broker, or there are no events. */
  readonly broker: RunningBroker | undefined;
  readonly programs: ReadonlyMap<string, SupervisedProgram>;
  readonly gatewayUrl: string;
  /** Of the system's front end; undefined when it has none. */
  readonly webUrl: string | undefined;
  readonly readyMs: number;
  readonly record: RunRecord;
  memoryMb(): number;
  /** Starts one more program under supervision; it ends with the system, first of all. */
  launch(spec: ProgramSpec): Promise<SupervisedProgram>;
  /** Resolves when the program named answers (again); at once when it does. */
  ready(program: string, signal?: AbortSignal): Promise<void>;
  /** For faults on purpose: restarts the database server, `immediate` as a crash would. */
  restartServer(mode: 'fast' | 'immediate'): Promise<void>;
  stop(): Promise<void>;
}

/** Resolves when everything answers; on failure everything that was started is stopped first. */
export async function startSystem(options: StartOptions): Promise<RunningSystem> {
  const started = performance.now();
  requireEverythingBuilt(options.system);
  await requireFreePort(options.port);
  if (options.only === undefined) await meetAttached(options);
  const isNew = options.fresh || !existsSync(join(runDirectory(options.system.definition.name, options.kind), 'postgres'));
  const { directory, ended } = await prepareRunDirectory(options.system.definition.name, options.kind, options.fresh);
  if (ended.length > 0) options.reporter.warn(`ended what a killed run had left: ${ended.join(', ')}`);
  const starter = new SystemStarter({ ...options, fresh: isNew }, directory, started);
  try {
    return await starter.start();
  } catch (error) {
    const { signal } = options;
    if (signal?.aborted === true) options.reporter.line('\n  stopping …');
    await starter.stop();
    throw signal?.aborted === true ? interrupted(signal) : error;
  }
}

function interrupted(signal: AbortSignal): CliError {
  const { message } = signal.reason as Error;
  return new CliError('CLI_INTERRUPTED', `The start was ended by ${message}; nothing is left running.`, 'The same command again');
}

const serverRetryMs = 1_000;

class SystemStarter {
  readonly #options: StartOptions;
  readonly #directory: string;
  readonly #startedAt: number;
  readonly #record: RunRecord;
  readonly #guard: Guard;
  #isStopping = false;
  readonly #programs = new Map<string, SupervisedProgram>();
  readonly #listener: ProgramListener;
  #server: EmbeddedServer | undefined;
  #broker: RunningBroker | undefined;
  readonly #following: Repeated[] = [];

  constructor(options: StartOptions, directory: string, startedAt: number) {
    this.#options = options;
    this.#directory = directory;
    this.#startedAt = startedAt;
    this.#record = new RunRecord(directory, (error) => options.reporter.warn(`the record of this run cannot be written: ${String(error)}`));
    this.#record.write();
    this.#guard = startGuard();
    this.#listener = {
      ...options.listener,
      onSpawn: (program, pid) => {
        this.#remember(program.name, pid, 'SIGTERM');
        options.listener?.onSpawn?.(program, pid);
      },
      onReady: (program, readyMs) => {
        this.#record.ready(program.name);
        options.listener?.onReady?.(program, readyMs);
      },
    };
  }

  async start(): Promise<RunningSystem> {
    const [startingServer, startingBroker] = [this.#startServer(), this.#startBroker()];
    await Promise.allSettled([startingServer, startingBroker]); // what has started is known to stop(), also when the other fails
    const [server, broker] = [await startingServer, await startingBroker];
    const plan = await this.#plan(server, broker);
    await this.#createDatabases(server, plan);
    const names = this.#namesOf(plan);
    await Promise.all([this.#startStandins(plan), ...(this.#needsMonolith(plan) ? [this.#prepareMonolith(plan)] : [])]);
    this.#goOn();
    const specs = names.map((name) => systemProgramSpec(plan, name)); // all of them before the first runs: none is left alone
    const beside = names.includes(monolithName(plan)) ? sideProgramSpecs(plan) : [];
    await Promise.all(specs.map((spec) => this.#startProgram(spec)));
    const directory = this.#directory;
    await Promise.all(beside.filter(({ name }) => !isStopped({ directory, name })).map((spec) => this.#startProgram(spec)));
    this.#following.push(this.#followSidePrograms(beside));
    if (this.#options.only === undefined) await this.#startWhatIsAround(plan);
    return {
      plan,
      server,
      broker,
      programs: this.#programs,
      gatewayUrl: gatewayUrl(plan),
      webUrl: webUrl(plan),
      readyMs: performance.now() - this.#startedAt,
      record: this.#record,
      launch: (spec) => this.#launch(spec),
      memoryMb: () => memoryMb([process.pid, server.pid, ...(broker?.node?.pids ?? [])]),
      ready: (name, signal) => this.#ready(name, signal),
      restartServer: async (mode) => {
        await server.restart(mode);
        this.#remember('postgres', server.pid, 'SIGINT');
      },
      stop: () => this.stop(),
    };
  }

  /** Gateway, controller, console and front end. */
  async #startWhatIsAround(plan: RunPlan): Promise<void> {
    const outer = [gatewaySpec(plan), controllerSpec(plan), ...consoleOf(plan), ...webOf(plan)];
    await Promise.all(outer.map((spec) => this.#startProgram(spec)));
    this.#goOn();
    const address = consoleAddress(plan);
    this.#record.setFacts({
      system: plan.system.definition.name,
      gatewayUrl: gatewayUrl(plan),
      controllerUrl: `http://127.0.0.1:${plan.controllerPort}`,
      controllerToken: plan.secrets['controllerToken'] ?? '',
      ...(address === undefined ? {} : { console: address }),
      startedAt: new Date().toISOString(),
    });
    this.#following.push(this.#followTheEnd(plan));
  }

  /** The programs of the system that take part. */
  #namesOf(plan: RunPlan): readonly string[] {
    const { only, withoutMonolith } = this.#options;
    const isLeftOut = withoutMonolith === true || readEnd(this.#directory).isMonolithOff;
    const ours = Object.entries(plan.system.definition.programs).filter(([, { attached }]) => attached === undefined);
    const names = ours.map(([name]) => name).filter((name) => !isLeftOut || name !== monolithName(plan));
    return only === undefined ? names : names.filter((name) => only.includes(name));
  }

  #needsMonolith(plan: RunPlan): boolean {
    const { only } = this.#options;
    if (programDefinition(plan, monolithName(plan)).attached !== undefined) return false;
    return (only === undefined || only.includes(monolithName(plan))) && !readEnd(this.#directory).isMonolithOff;
  }

  /** In the reverse order of need: who writes stops first, the database server last. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#following.map((one) => one.stop()));
    const programs = [...this.#programs.values()].toReversed();
    const isOuter = (program: SupervisedProgram) => ['traffic', 'web', 'console', 'gateway', 'controller'].includes(program.name);
    for (const program of programs.filter(isOuter)) await program.stop();
    await Promise.all(programs.map((program) => program.stop()));
    await Promise.all([this.#broker?.stop(), this.#server?.stop()]);
    this.#record.remove();
    this.#guard.stop();
  }

  #goOn(): void {
    this.#options.signal?.throwIfAborted();
  }

  async #startServer(): Promise<EmbeddedServer> {
    this.#goOn();
    const began = performance.now();
    const server = await startEmbeddedServer({
      directory: join(this.#directory, 'postgres'),
      persistent: true,
      maxConnections: 200,
      ...(this.#options.databaseSettings === undefined ? {} : { settings: this.#options.databaseSettings }),
      onUnexpectedExit: () => this.#bringServerBack(),
    });
    this.#server = server;
    this.#remember('postgres', server.pid, 'SIGINT');
    this.#options.reporter.step(
      'postgres',
      `embedded server on 127.0.0.1:${server.port}`,
      performance.now() - began,
      memoryMb([server.pid]),
    );
    return server;
  }

  async #startBroker(): Promise<RunningBroker | undefined> {
    const began = performance.now();
    const { system, reporter, bus = { kind: 'postgres' } } = this.#options;
    const names = ['rabbitmq', 'epmd'];
    this.#broker = await startBroker({
      bus,
      system,
      directory: this.#directory,
      onSpawn: (pids) => pids.forEach((pid, place) => this.#remember(names[place] ?? '', pid, 'SIGTERM')),
      onTrouble: (sentence) => reporter.warn(sentence),
    });
    const node = this.#broker?.node;
    const where = node === undefined ? 'as it is' : `a private node on 127.0.0.1:${node.port}`;
    if (this.#broker !== undefined) reporter.step('broker', where, performance.now() - began, node && memoryMb(node.pids));
    return this.#broker;
  }

  async #ready(name: string, signal?: AbortSignal): Promise<void> {
    const program = this.#programs.get(name);
    if (program === undefined) throw new TypeError(`No program "${name}" runs here.`);
    while (signal?.aborted !== true && !(await program.isReady())) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  #remember(name: string, pid: number, signal: RecordedProcess['signal']): void {
    this.#guard.watch(name, pid, signal);
    this.#record.add(name, pid, signal);
  }

  /** Tried until it works or the run ends: what keeps a server down, as a full disk does, may pass. */
  #bringServerBack(triesBefore = 0): void {
    const server = this.#server;
    if (server === undefined || this.#isStopping) return;
    if (triesBefore === 0) this.#options.reporter.warn('the database server ended; it is started again');
    server.restart().then(
      () => this.#remember('postgres', server.pid, 'SIGINT'),
      (error: unknown) => {
        if (triesBefore === 0) this.#options.reporter.warn(`the database server does not start again: ${explainError(error).message}`);
        setTimeout(() => this.#bringServerBack(triesBefore + 1), serverRetryMs).unref();
      },
    );
  }

  async #plan(server: EmbeddedServer, broker: RunningBroker | undefined): Promise<RunPlan> {
    const { system } = this.#options;
    const names = Object.keys(system.definition.programs);
    const attached = new Map(Object.values(system.definition.programs).map((it) => [it.database, it.attached?.databaseUrl]));
    const standins = system.definition.standins.flatMap((name) => standinAddresses[name]);
    const ports = await findFreePorts(names.length * 2 + standins.length + 3);
    const take = () => ports.shift() ?? 0;
    return {
      system,
      directory: this.#directory,
      host: '127.0.0.1',
      gatewayPort: this.#options.port,
      gatewayAdminPort: take(),
      controllerPort: take(),
      webPort: take(),
      ...this.#options.pagePorts,
      gatewayWorkers: this.#options.gatewayWorkers,
      standinPorts: Object.fromEntries(standins.map((name) => [name, take()])),
      programPorts: Object.fromEntries(names.map((name) => [name, { port: take(), internalPort: take() }])),
      secrets: keepSecrets(join(this.#directory, 'secrets.json'), [...platformSecrets, ...system.definition.secrets]),
      databaseUrl: (name) => attached.get(name) ?? server.databaseUrl(name),
      corrections: readEnd(this.#directory).corrections,
      ...(broker === undefined ? {} : { brokerUrl: broker.url }),
      ...(this.#options.instrument === undefined ? {} : { instrument: this.#options.instrument }),
    };
  }

  async #createDatabases(server: EmbeddedServer, plan: RunPlan): Promise<void> {
    const began = performance.now();
    const names = await createDatabases(server, plan);
    this.#options.reporter.step('databases', names.join(', '), performance.now() - began);
  }

  async #startStandins(plan: RunPlan): Promise<void> {
    if (plan.system.definition.standins.length > 0) await this.#startProgram(standinsSpec(plan));
  }

  /** Brings the monolith's schema up to date and, on a fresh start, fills it. */
  async #prepareMonolith(plan: RunPlan): Promise<void> {
    const began = performance.now();
    const name = monolithName(plan);
    const definition = programDefinition(plan, name);
    const folder = join(plan.system.directory, definition.directory);
    const environment = environmentOf(plan, name);
    if (definition.schema !== undefined)
      await runToEnd(`${name} schema`, join(folder, definition.schema.entry), [], environment, this.#directory);
    const traffic = plan.system.definition.traffic;
    if (traffic === undefined || !this.#options.fresh) return;
    const seed = join(plan.system.directory, traffic.directory, traffic.seedEntry);
    await runToEnd(
      'data set',
      seed,
      ['--scale', String(this.#options.seedScale)],
      { DATABASE_URL: plan.databaseUrl(definition.database) },
      this.#directory,
    );
    this.#options.reporter.step('data set', 'schema and rows of the monolith', performance.now() - began);
  }

  #followTheEnd(plan: RunPlan): Repeated {
    const { programs } = plan.system.definition;
    const monolith = monolithName(plan);
    return followTheEnd({
      directory: this.#directory,
      controller: { url: `http://127.0.0.1:${plan.controllerPort}`, token: plan.secrets['controllerToken'] ?? '' },
      endMonolith: async () => {
        for (const name of [...Object.keys(plan.system.definition.sidePrograms ?? {}), monolith]) await this.#endProgram(name);
      },
      startServicesAnew: async (corrections) => {
        for (const name of Object.keys(programs).filter((it) => programs[it]?.role === 'service')) {
          await this.#programs.get(name)?.stop();
          await this.#launch(systemProgramSpec({ ...plan, corrections }, name));
        }
      },
      onFailure: (error) => this.#options.reporter.warn(`the end of the monolith is not followed: ${explainError(error).message}`),
    });
  }

  #followSidePrograms(specs: readonly ProgramSpec[]): Repeated {
    return followSidePrograms({
      directory: this.#directory,
      specs,
      stop: (name) => this.#endProgram(name),
      start: (spec) => this.#launch(spec),
      onFailure: (error) => this.#options.reporter.warn(`the monolith's side programs are not followed: ${explainError(error).message}`),
    });
  }

  async #endProgram(name: string): Promise<void> {
    await this.#programs.get(name)?.stop();
    this.#programs.delete(name);
  }

  async #launch(spec: ProgramSpec): Promise<SupervisedProgram> {
    this.#goOn();
    const program = new SupervisedProgram(spec, this.#listener);
    this.#programs.set(spec.name, program);
    await program.start();
    return program;
  }

  async #startProgram(spec: ProgramSpec): Promise<void> {
    const began = performance.now();
    const program = await this.#launch(spec);
    const readyMs = performance.now() - began;
    const where = spec.readyUrl === undefined ? 'serves nobody' : new URL(spec.readyUrl).host;
    this.#options.reporter.step(spec.name, where, readyMs, program.pid === undefined ? undefined : memoryMb([program.pid]));
  }
}

function consoleOf(plan: RunPlan): ProgramSpec[] {
  return plan.consolePort === undefined ? [] : [consoleSpec(plan, plan.consolePort)];
}

function webOf(plan: RunPlan): ProgramSpec[] {
  const { web } = plan.system.definition;
  return web === undefined ? [] : [webSpec(plan, web)];
}
