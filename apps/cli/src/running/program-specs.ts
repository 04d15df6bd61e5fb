/** Turns a system's configuration and this run's facts into the programs to start. */
import { writeFileSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseFacts, ProgramDefinition, ProgramFacts } from '@banyan/migration/system';
import { CliError } from '../errors.ts';
import type { ProgramSpec } from '../programs/supervised-program.ts';
import type { LocatedSystem } from './locate-system.ts';

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
  readonly standinPorts: Readonly<Record<string, number>>;
  readonly programPorts: Readonly<Record<string, ProgramPorts>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly databaseUrl: (name: string) => string;
  /** Lets proofs put a preload in front of a program and add to its environment. */
  readonly instrument?: (program: string) => { nodeArguments: readonly string[]; environment: Readonly<Record<string, string>> };
}

export const controlDatabase = 'banyan_control';
export const platformSecrets = ['controllerToken', 'gatewayToken'] as const;

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
  return `http://127.0.0.1:${plan.programPorts[name]?.port}`;
}

export function gatewayUrl(plan: RunPlan): string {
  return `http://localhost:${plan.gatewayPort}`;
}

export function factsFor(plan: RunPlan, name: string): ProgramFacts {
  const ports = plan.programPorts[name] ?? { port: 0, internalPort: 0 };
  return {
    ...ports,
    database: databaseFacts(plan.databaseUrl(programDefinition(plan, name).database)),
    gatewayUrl: gatewayUrl(plan),
    monolithUrl: publicUrl(plan, monolithName(plan)),
    secrets: plan.secrets,
    standins: Object.fromEntries(Object.entries(plan.standinPorts).map(([standin, port]) => [standin, `http://127.0.0.1:${port}`])),
  };
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
  const where = `programs.${name}.environment in ${plan.system.configFile}`;
  const mend = `Mend ${plan.system.configFile}, then run the same command again`;
  let given: Record<string, unknown>;
  try {
    given = { ...programDefinition(plan, name).environment(factsFor(plan, name)) };
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
    const mend = `npm run build, or correct directory and entry of "${name}" in ${configFile}`;
    const entries = [program.entry, ...(program.schema === undefined ? [] : [program.schema.entry])];
    for (const entry of entries) requireBuilt(join(directory, program.directory, entry), mend);
  }
  for (const name of ['@banyan/gateway/main', '@banyan/controller/main', '@banyan/standins/main'])
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

export function standinsSpec(plan: RunPlan): ProgramSpec {
  const googlePort = plan.standinPorts['google'] ?? 0;
  const configuration = JSON.stringify({ googlePort, frontendUrl: gatewayUrl(plan) });
  return nodeProgram(plan, 'standins', fileURLToPath(import.meta.resolve('@banyan/standins/main')), {
    environment: { STANDINS_CONFIG: configFile(plan, 'standins', configuration) },
    readyUrl: `http://127.0.0.1:${googlePort}/health`,
  });
}

export function gatewaySpec(plan: RunPlan): ProgramSpec {
  const token = plan.secrets['gatewayToken'] ?? '';
  const configuration = JSON.stringify({
    host: plan.host,
    port: plan.gatewayPort,
    adminPort: plan.gatewayAdminPort,
    adminToken: token,
    workers: plan.gatewayWorkers,
    statePath: join(plan.directory, 'gateway'),
    controllerUrl: `http://127.0.0.1:${plan.controllerPort}`,
    controllerToken: plan.secrets['controllerToken'],
    monolithUrl: publicUrl(plan, monolithName(plan)),
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
    controlDatabaseUrl: plan.databaseUrl(controlDatabase),
    system: plan.system.configFile,
    programs: Object.fromEntries(programs),
    gateways: [{ adminUrl: `http://127.0.0.1:${plan.gatewayAdminPort}`, adminToken: plan.secrets['gatewayToken'] }],
  });
  return nodeProgram(plan, 'controller', fileURLToPath(import.meta.resolve('@banyan/controller/main')), {
    environment: { CONTROLLER_CONFIG: configFile(plan, 'controller', configuration) },
    readyUrl: `http://127.0.0.1:${plan.controllerPort}/health`,
    readyHeaders: { authorization: `Bearer ${token}` },
  });
}

function nodeProgram(
  plan: RunPlan,
  name: string,
  entry: string,
  rest: Pick<ProgramSpec, 'environment' | 'readyUrl'> & Partial<Pick<ProgramSpec, 'directory' | 'readyHeaders'>>,
): ProgramSpec {
  requireBuilt(entry);
  const instruments = plan.instrument?.(name) ?? { nodeArguments: [], environment: {} };
  return {
    name,
    command: process.execPath,
    args: [...instruments.nodeArguments, entry],
    directory: rest.directory ?? plan.directory,
    logFile: join(plan.directory, 'logs', `${name}.log`),
    environment: { TZ: 'UTC', NODE_ENV: 'production', ...rest.environment, ...instruments.environment },
    readyUrl: rest.readyUrl,
    ...(rest.readyHeaders === undefined ? {} : { readyHeaders: rest.readyHeaders }),
  };
}

/** Settings with secrets go through a file only this user can read, not through a process list. */
function configFile(plan: RunPlan, name: string, content: string): string {
  const file = join(plan.directory, `${name}.json`);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

export function requireBuilt(entry: string, fix = 'npm run build'): void {
  if (!existsSync(entry)) throw new CliError('CLI_BUILD_MISSING', `${entry} does not exist.`, fix);
}
