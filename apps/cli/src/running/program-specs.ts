/** Turns a system's configuration and this run's facts into the programs to start. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SideProgramCommands } from '@banyan/migration/side-programs';
import type { DatabaseFacts, ProgramDefinition, ProgramFacts, StandinName, WebDefinition } from '@banyan/migration/system';
import { isEventStore } from '@banyan/service/load-driver';
import type { ConsoleAddress } from '../console-client.ts';
import { CliError } from '../errors.ts';
import { requireBuilt } from '../programs/require-built.ts';
import type { ProgramSpec } from '../programs/supervised-program.ts';
import { attachedPrograms } from './attached-programs.ts';
import { writeDocs } from './docs.ts';
import { homeDirectory, type LocatedSystem } from './locate-system.ts';
import { sideProgramCommands } from './side-programs.ts';

export interface ProgramPorts {
  readonly port: number;
  readonly internalPort: number;
}

/** What is known of a run before its programs start. */
export interface RunPlan {
  readonly system: LocatedSystem;
  readonly directory: string;
  readonly host: string;
  readonly gatewayPort: number;
  readonly gatewayAdminPort: number;
  readonly gatewayWorkers: number;
  readonly controllerPort: number;
  /** Absent: no console. */
  readonly consolePort?: number;
  /** Of the system's front end; without meaning when it has none. */
  readonly webPort: number;
  /** By address: a stand-in may have several, see `standinAddresses`. */
  readonly standinPorts: Readonly<Record<string, number>>;
  readonly programPorts: Readonly<Record<string, ProgramPorts>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly databaseUrl: (name: string) => string;
  /** The services run with their corrections. Default false. */
  readonly corrections?: boolean;
  /** In place of the embedded server. */
  readonly brokerUrl?: string;
  /** Lets proofs put a preload in front of a program and add to its environment. */
  readonly instrument?: (program: string) => { nodeArguments: readonly string[]; environment: Readonly<Record<string, string>> };
}

/** The addresses of each stand-in; one called `smtp` is spoken to in that protocol, all others in HTTP. */
export const standinAddresses: Readonly<Record<StandinName, readonly string[]>> = { google: ['google'], mail: ['mail', 'smtp'] };

export const controlDatabase = 'banyan_control';
export const eventStoreDatabase = 'event_store';
export const platformSecrets = ['controllerToken', 'lookToken', 'reachedToken', 'gatewayToken', 'consoleToken'] as const;

export function programDefinition(plan: RunPlan, name: string): ProgramDefinition {
  const definition = plan.system.definition.programs[name];
  if (definition === undefined)
    throw new CliError('CLI_SYSTEM_UNKNOWN', `${plan.system.configFile} has no program "${name}".`, `Mend ${plan.system.configFile}`);
  return definition;
}

export function monolithName(plan: RunPlan): string {
  const found = Object.entries(plan.system.definition.programs).find(([, program]) => program.role === 'monolith');
  if (found === undefined)
    throw new CliError(
      'CLI_SYSTEM_UNKNOWN',
      `${plan.system.configFile} names no monolith.`,
      `Give one program role: 'monolith' in ${plan.system.configFile}`,
    );
  return found[0];
}

export function publicUrl(plan: RunPlan, name: string): string {
  return plan.system.definition.programs[name]?.attached?.url ?? `http://127.0.0.1:${plan.programPorts[name]?.port}`;
}

export interface ProgramAddress {
  readonly name: string;
  readonly url: string;
  readonly internalUrl: string;
  readonly databaseUrl: string;
  readonly log: string;
}

/** For whoever looks at programs of the system beside what is in front of them. */
export function addressesOf(plan: RunPlan, names: readonly string[]): ProgramAddress[] {
  return names.map((name) => ({
    name,
    url: publicUrl(plan, name),
    internalUrl: `http://127.0.0.1:${plan.programPorts[name]?.internalPort}`,
    databaseUrl: plan.databaseUrl(programDefinition(plan, name).database),
    log: join(plan.directory, 'logs', `${name}.log`),
  }));
}

export function gatewayUrl(plan: RunPlan): string {
  return `http://localhost:${plan.gatewayPort}`;
}

/** Undefined when the system has no front end. */
export function webUrl({ system, webPort }: RunPlan): string | undefined {
  return system.definition.web === undefined ? undefined : `http://localhost:${webPort}`;
}

export function factsFor(plan: RunPlan, name: string): ProgramFacts {
  const ports = plan.programPorts[name] ?? { port: 0, internalPort: 0 };
  const web = webUrl(plan);
  return {
    ...ports,
    ...(web === undefined ? {} : { webUrl: web }),
    database: databaseFacts(plan.databaseUrl(programDefinition(plan, name).database)),
    gatewayUrl: gatewayUrl(plan),
    monolithUrl: publicUrl(plan, monolithName(plan)),
    monolithDatabaseUrl: plan.databaseUrl(programDefinition(plan, monolithName(plan)).database),
    internalUrls: internalUrlsOf(plan),
    controllerUrl: `http://127.0.0.1:${plan.controllerPort}`,
    controllerToken: plan.secrets['reachedToken'] ?? '',
    brokerUrl: brokerUrlOf(plan),
    corrections: plan.corrections ?? false,
    secrets: plan.secrets,
    standins: standinUrls(plan),
  };
}

export function standinUrls({ standinPorts }: Pick<RunPlan, 'standinPorts'>): Record<string, string> {
  const urlOf = (name: string, port: number) => `${name === 'smtp' ? 'smtp' : 'http'}://127.0.0.1:${port}`;
  return Object.fromEntries(Object.entries(standinPorts).map(([name, port]) => [name, urlOf(name, port)]));
}

function internalUrlsOf(plan: RunPlan): Record<string, string> {
  const services = Object.entries(plan.system.definition.programs).filter(([, { role }]) => role === 'service');
  return Object.fromEntries(
    services.map(([name, { attached }]) => [name, attached?.url ?? `http://127.0.0.1:${plan.programPorts[name]?.internalPort}`]),
  );
}

function brokerUrlOf(plan: RunPlan): string {
  if (plan.system.definition.broker === undefined) return '';
  return plan.brokerUrl ?? plan.databaseUrl(eventStoreDatabase);
}

function databaseFacts(url: string): DatabaseFacts {
  const parts = new URL(url);
  const decoded = (text: string) => decodeURIComponent(text);
  return {
    url,
    host: parts.hostname,
    port: Number(parts.port),
    name: parts.pathname.slice(1),
    user: decoded(parts.username),
    password: decoded(parts.password),
  };
}

/** The variables a system's configuration gives to one of its programs. */
export function environmentOf(plan: RunPlan, name: string): Record<string, string> {
  return checkedEnvironment(plan, `programs.${name}`, () => programDefinition(plan, name).environment(factsFor(plan, name)));
}

function checkedEnvironment({ system }: RunPlan, of: string, make: () => Record<string, string>): Record<string, string> {
  const where = `${of}.environment in ${system.configFile}`;
  const mend = `Mend ${system.configFile}, then run the same command again`;
  let given: Record<string, unknown>;
  try {
    given = { ...make() };
  } catch (cause) {
    throw new CliError('CLI_SYSTEM_UNUSABLE', `${where} fails: ${cause instanceof Error ? cause.message : String(cause)}.`, mend, {
      cause,
    });
  }
  const wrong = Object.entries(given).find(([, value]) => typeof value !== 'string');
  if (wrong === undefined) return given as Record<string, string>;
  throw new CliError('CLI_SYSTEM_UNUSABLE', `${where} gives ${wrong[0]} = ${String(wrong[1])}; every value must be a text.`, mend);
}

/** Refuses before anything is started what would fail when its turn comes. */
export function requireEverythingBuilt({ definition, directory, configFile }: LocatedSystem): void {
  for (const [name, program] of Object.entries(definition.programs)) {
    if (program.attached !== undefined) continue;
    const mend = `npm run build, or correct directory and entry of "${name}" in ${configFile}`;
    const entries = [program.entry, ...(program.schema === undefined ? [] : [program.schema.entry])];
    for (const entry of entries) requireBuilt(join(directory, program.directory, entry), mend);
  }
  for (const [name, side] of Object.entries(definition.sidePrograms ?? {}))
    requireBuilt(join(directory, side.directory, side.entry), `npm run build, or correct sidePrograms.${name} in ${configFile}`);
  const { web } = definition;
  if (web !== undefined) requireBuilt(join(directory, web.directory, web.entry), `npm run build, or correct web in ${configFile}`);
  for (const name of ['@banyan/gateway/main', '@banyan/controller/main', '@banyan/console/main', '@banyan/standins/main'])
    requireBuilt(fileURLToPath(import.meta.resolve(name)));
}

/** A program of the system itself: the monolith or a service. */
export function systemProgramSpec(plan: RunPlan, name: string): ProgramSpec {
  const definition = programDefinition(plan, name);
  const directory = join(plan.system.directory, definition.directory);
  const facts = factsFor(plan, name);
  const port = definition.role === 'monolith' ? facts.port : facts.internalPort;
  return nodeProgram(plan, name, join(directory, definition.entry), {
    directory,
    environment: environmentOf(plan, name),
    readyUrl: `http://127.0.0.1:${port}${definition.readyPath}`,
  });
}

/** What belongs to the monolith, in the order in which it is declared. */
export function sideProgramSpecs(plan: RunPlan): ProgramSpec[] {
  return Object.entries(plan.system.definition.sidePrograms ?? {}).map(([name, side]) => {
    const directory = join(plan.system.directory, side.directory);
    return nodeProgram(plan, name, join(directory, side.entry), {
      directory,
      environment: checkedEnvironment(plan, `sidePrograms.${name}`, () => side.environment(factsFor(plan, monolithName(plan)))),
      readyText: side.readyText,
    });
  });
}

/** What serves the system's front end. */
export function webSpec(plan: RunPlan, web: WebDefinition): ProgramSpec {
  const directory = join(plan.system.directory, web.directory);
  const facts = { port: plan.webPort, gatewayUrl: gatewayUrl(plan) };
  return nodeProgram(plan, 'web', join(directory, web.entry), {
    directory,
    environment: checkedEnvironment(plan, 'web', () => web.environment(facts)),
    readyUrl: `http://127.0.0.1:${plan.webPort}${web.readyPath}`,
  });
}

export function standinsSpec(plan: RunPlan): ProgramSpec {
  const ports = Object.fromEntries(Object.entries(plan.standinPorts).map(([name, port]) => [`${name}Port`, port]));
  const configuration = JSON.stringify({ ...ports, frontendUrl: webUrl(plan) ?? gatewayUrl(plan) });
  return nodeProgram(plan, 'standins', fileURLToPath(import.meta.resolve('@banyan/standins/main')), {
    environment: { STANDINS_CONFIG: configFile(plan, 'standins', configuration) },
    readyUrl: `http://127.0.0.1:${plan.standinPorts['google'] ?? plan.standinPorts['mail']}/health`,
  });
}

export function gatewaySpec(plan: RunPlan): ProgramSpec {
  const { contracts } = plan.system.definition;
  const token = plan.secrets['gatewayToken'] ?? '';
  const configuration = JSON.stringify({
    host: plan.host,
    port: plan.gatewayPort,
    adminPort: plan.gatewayAdminPort,
    adminToken: token,
    workers: plan.gatewayWorkers,
    statePath: join(plan.directory, 'gateway'),
    controllerUrl: `http://127.0.0.1:${plan.controllerPort}`,
    controllerToken: plan.secrets['reachedToken'],
    monolithUrl: publicUrl(plan, monolithName(plan)),
    ...(plan.system.definition.web?.asksGateway === true ? { allowOrigin: webUrl(plan) } : {}),
    ...(contracts === undefined ? {} : { docsDirectory: writeDocs(join(plan.directory, 'docs'), contracts) }),
  });
  return nodeProgram(plan, 'gateway', fileURLToPath(import.meta.resolve('@banyan/gateway/main')), {
    environment: { GATEWAY_CONFIG: configFile(plan, 'gateway', configuration) },
    readyUrl: `http://127.0.0.1:${plan.gatewayAdminPort}/health`,
    readyHeaders: { authorization: `Bearer ${token}` },
  });
}

export function controllerSpec(plan: RunPlan): ProgramSpec {
  const token = plan.secrets['controllerToken'] ?? '';
  const programs = Object.keys(plan.system.definition.programs).map((name) => {
    const address = { url: publicUrl(plan, name), databaseUrl: plan.databaseUrl(programDefinition(plan, name).database) };
    return [name, address] as const;
  });
  const configuration = JSON.stringify({
    port: plan.controllerPort,
    token,
    lookToken: plan.secrets['lookToken'],
    reachedToken: plan.secrets['reachedToken'],
    controlDatabaseUrl: plan.databaseUrl(controlDatabase),
    system: plan.system.configFile,
    ...eventsOf(plan),
    programs: Object.fromEntries(programs),
    sidePrograms: sideProgramsOf(plan),
    gateways: [{ adminUrl: `http://127.0.0.1:${plan.gatewayAdminPort}`, adminToken: plan.secrets['gatewayToken'] }],
  });
  return nodeProgram(plan, 'controller', fileURLToPath(import.meta.resolve('@banyan/controller/main')), {
    environment: { ...ofConfiguration(plan), CONTROLLER_CONFIG: configFile(plan, 'controller', configuration) },
    readyUrl: `http://127.0.0.1:${plan.controllerPort}/health`,
    readyHeaders: { authorization: `Bearer ${token}` },
  });
}

/** Those of a monolith that is attached are for whoever runs it to stop. */
function sideProgramsOf(plan: RunPlan): Record<string, SideProgramCommands> {
  const { system, directory } = plan;
  if (programDefinition(plan, monolithName(plan)).attached !== undefined) return {};
  return Object.fromEntries(
    Object.keys(system.definition.sidePrograms ?? {}).map((name) => [name, sideProgramCommands({ directory, name })]),
  );
}

/** Where events are kept, and the broker that they are archived from when it keeps none itself. */
function eventsOf(plan: RunPlan): { readonly eventStoreUrl?: string; readonly brokerUrl?: string } {
  const brokerUrl = brokerUrlOf(plan);
  if (brokerUrl === '') return {};
  return isEventStore(brokerUrl) ? { eventStoreUrl: brokerUrl } : { eventStoreUrl: plan.databaseUrl(eventStoreDatabase), brokerUrl };
}

/** It loads the configuration as well, and that may take the address of what is attached, with its password, from variables of whoever started us. */
function ofConfiguration({ system }: RunPlan): Record<string, string> {
  if (attachedPrograms(system.definition).length === 0) return {};
  const { TZ: _ours, NODE_ENV: _oursToo, ...theirs } = process.env;
  return Object.fromEntries(Object.entries(theirs).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Where links to the console are asked for. */
export function consoleAddress({ consolePort, secrets }: RunPlan): ConsoleAddress | undefined {
  return consolePort === undefined ? undefined : { url: `http://localhost:${consolePort}`, token: secrets['consoleToken'] ?? '' };
}

export function consoleSpec(plan: RunPlan, port: number): ProgramSpec {
  const configuration = JSON.stringify({
    port,
    controllerUrl: `http://127.0.0.1:${plan.controllerPort}`,
    controllerToken: plan.secrets['lookToken'],
    token: plan.secrets['consoleToken'],
  });
  return nodeProgram(plan, 'console', fileURLToPath(import.meta.resolve('@banyan/console/main')), {
    // It hands on and keeps nothing: left to itself V8 would take three times as much.
    environment: {
      CONSOLE_CONFIG: configFile(plan, 'console', configuration),
      NODE_OPTIONS: '--max-old-space-size=32 --max-semi-space-size=1',
    },
    readyUrl: `http://127.0.0.1:${port}/health`,
  });
}

function nodeProgram(
  plan: RunPlan,
  name: string,
  entry: string,
  rest: Pick<ProgramSpec, 'environment' | 'readyUrl' | 'readyText' | 'readyHeaders'> & Partial<Pick<ProgramSpec, 'directory'>>,
): ProgramSpec {
  requireBuilt(entry);
  const instruments = plan.instrument?.(name) ?? { nodeArguments: [], environment: {} };
  return {
    ...rest,
    name,
    command: process.execPath,
    args: [...instruments.nodeArguments, entry],
    directory: rest.directory ?? plan.directory,
    logFile: join(plan.directory, 'logs', `${name}.log`),
    environment: { TZ: 'UTC', NODE_ENV: 'production', NODE_COMPILE_CACHE: compiled(), ...rest.environment, ...instruments.environment },
  };
}

/** What one start has compiled the next one takes, and so do the other services, which load the same libraries. */
function compiled(): string {
  return process.env['NODE_COMPILE_CACHE'] ?? join(homeDirectory(), '.banyan', 'compiled');
}

/** Settings with secrets go through a file only this user can read, not through a process list. */
function configFile(plan: RunPlan, name: string, content: string): string {
  const file = join(plan.directory, `${name}.json`);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}
