/** Runs a system's security scenarios at a run of its services alone, and looks for the secrets of that run where they must not be. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramFacts, SystemDefinition } from '@banyan/migration/system';
import { findLeaks, readFolder } from '@banyan/proof/leaks';
import { eventStoreDatabase, type ProgramAddress } from '../../running/program-specs.ts';
import { locateSystem } from '../../running/locate-system.ts';

/** A system whose services are looked at. */
export interface SuiteOfSystem {
  readonly directory: string;
  /** Which services hold a table, its owner first. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** What the suite is told beside what every run has. */
  readonly target?: object;
}

/** What a run of `banyan up` leaves in its folder. */
export class RunFiles {
  readonly directory: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly databases: Readonly<Record<string, string>>;

  constructor(directory: string) {
    this.directory = directory;
    this.secrets = this.read('secrets.json') as Readonly<Record<string, string>>;
    const { programs } = this.read('controller.json') as { programs: Readonly<Record<string, { readonly databaseUrl: string }>> };
    this.databases = Object.fromEntries(Object.entries(programs).map(([name, { databaseUrl }]) => [name, databaseUrl]));
  }

  read(name: string): unknown {
    return JSON.parse(readFileSync(join(this.directory, name), 'utf8'));
  }

  /** One line for each secret in a log, in the arguments of any process, in what controller and gateway tell, or in a file that others can read. */
  async findExposedSecrets(): Promise<string[]> {
    const open = readdirSync(this.directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && (statSync(join(this.directory, entry.name)).mode & 0o077) !== 0)
      .map(({ name }) => [name, readFileSync(join(this.directory, name), 'utf8')]);
    const shown = {
      ...readFolder(join(this.directory, 'logs')),
      ...Object.fromEntries(open),
      ...commandLines(),
      ...(await this.#answers()),
    };
    if (Object.keys(this.secrets).length < 5) return ['there are not as many secrets as there should be'];
    const databasePassword = new URL(Object.values(this.databases)[0] ?? '').password;
    return findLeaks(shown, { ...this.secrets, databasePassword });
  }

  async #answers(): Promise<Record<string, string>> {
    const { facts } = this.read('run.json') as { facts: { controllerUrl: string; controllerToken: string } };
    const { adminPort } = this.read('gateway.json') as { adminPort: number };
    const ask = async (url: string, token: string | undefined): Promise<[string, string]> => {
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
      if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
      return [url, await answer.text()];
    };
    const ofController = ['/v1/state', '/v1/audit', '/v1/dead-letters', '/v1/end'].map((path) =>
      ask(`${facts.controllerUrl}${path}`, facts.controllerToken),
    );
    const ofGateway = ['/state', '/shadow', '/traffic', '/metrics'].map((path) =>
      ask(`http://127.0.0.1:${adminPort}${path}`, this.secrets['gatewayToken']),
    );
    return Object.fromEntries(await Promise.all([...ofController, ...ofGateway]));
  }
}

/** Of every process of this machine. */
function commandLines(): Record<string, string> {
  if (!existsSync('/proc')) return {};
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return Object.fromEntries(
    pids.flatMap((pid) => {
      try {
        return [[`the arguments of process ${pid}`, readFileSync(`/proc/${pid}/cmdline`, 'utf8')]];
      } catch {
        return []; // it has ended
      }
    }),
  );
}

/** What did not hold, one entry each. */
export async function runSecuritySuite(
  summary: { readonly gatewayUrl: string; readonly programs: readonly Omit<ProgramAddress, 'databaseUrl'>[] },
  run: RunFiles,
  { directory, tables, target: more = {} }: SuiteOfSystem,
): Promise<string[]> {
  const system = await locateSystem(directory);
  const { acceptance } = system.definition;
  const { googlePort, mailPort } = run.read('standins.json') as { googlePort?: number; mailPort?: number };
  const eventStore = new URL(Object.values(run.databases)[0] ?? '');
  eventStore.pathname = `/${eventStoreDatabase}`;
  const target = {
    url: summary.gatewayUrl,
    ...(googlePort === undefined ? {} : { googleUrl: `http://127.0.0.1:${googlePort}` }),
    ...(mailPort === undefined ? {} : { mailUrl: `http://127.0.0.1:${mailPort}` }),
    jwtSecret: run.secrets['JWT_SECRET'],
    databases: { ...run.databases, [eventStoreDatabase]: eventStore.href },
    brokerDatabase: eventStoreDatabase,
    tables,
    flags: flagsOf(system.definition),
    surroundings: {
      services: Object.fromEntries(summary.programs.map(({ name, url, internalUrl }) => [name, { url, internalUrl }])),
      serviceSecret: run.secrets['SERVICE_SECRET'],
      logDirectory: join(run.directory, 'logs'),
    },
    ...more,
  };
  const entry = join(system.directory, acceptance?.directory ?? '', acceptance?.entry ?? '');
  const child = spawn(process.execPath, [entry, '--json', '--security'], {
    env: { ...process.env, ACCEPTANCE_TARGET: JSON.stringify(target) },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  if (!output.startsWith('{')) throw new Error(`The acceptance program says: ${output}`);
  const { results } = JSON.parse(output) as { results: readonly { id: string; outcome: string; reason?: string }[] };
  if (results.length < 30) throw new Error(`Only these were run: ${JSON.stringify(results)}`);
  return results.filter(({ outcome }) => outcome !== 'passed').map(({ id, outcome, reason }) => `${id}: ${outcome}, ${reason}`);
}

/** All corrections, as the system's configuration gives them to its services. */
function flagsOf({ programs }: SystemDefinition): string[] {
  const database = { url: '', host: '', port: 0, name: '', user: '', password: '' };
  const addresses = { gatewayUrl: '', monolithUrl: '', monolithDatabaseUrl: '', controllerUrl: '', controllerToken: '', brokerUrl: '' };
  const facts: ProgramFacts = {
    port: 0,
    internalPort: 0,
    database,
    ...addresses,
    internalUrls: {},
    corrections: true,
    secrets: {},
    standins: {},
  };
  const services = Object.values(programs).filter(({ role }) => role === 'service');
  return services.flatMap((service) => (service.environment(facts)['FLAGS'] ?? '').split(',')).filter(Boolean);
}
