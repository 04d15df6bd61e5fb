/** What a rehearsal must know of the run that is alive: its system, addresses, databases and secrets, from the files it started with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGatewayClient, type GatewayClient } from '@banyan/gateway/gateway-client';
import { CliError } from '../errors.ts';
import { locateSystem, type LocatedSystem } from '../running/locate-system.ts';
import { standinAddresses } from '../running/program-specs.ts';
import type { LiveRun } from '../running/run-directory.ts';

export interface LiveSystem {
  readonly run: LiveRun;
  readonly system: LocatedSystem;
  /** By program. */
  readonly databaseUrls: Readonly<Record<string, string>>;
  readonly gateways: readonly GatewayClient[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly standinPorts: Readonly<Record<string, number>>;
}

interface ControllerFile {
  readonly system: string;
  readonly programs: Readonly<Record<string, { readonly databaseUrl: string }>>;
  readonly gateways: readonly { readonly adminUrl: string; readonly adminToken: string }[];
}

export async function readLiveSystem(run: LiveRun): Promise<LiveSystem> {
  const controller = readJson(run, 'controller.json') as ControllerFile;
  const system = await locateSystem(controller.system);
  return {
    run,
    system,
    databaseUrls: Object.fromEntries(Object.entries(controller.programs).map(([name, { databaseUrl }]) => [name, databaseUrl])),
    gateways: controller.gateways.map((gateway) => createGatewayClient({ ...gateway, timeoutMs: 30_000 })),
    secrets: readJson(run, 'secrets.json') as LiveSystem['secrets'],
    standinPorts: system.definition.standins.length === 0 ? {} : standinPortsIn(readJson(run, 'standins.json') as Record<string, unknown>),
  };
}

function standinPortsIn(configuration: Readonly<Record<string, unknown>>): Record<string, number> {
  const addresses = Object.values(standinAddresses).flat();
  return Object.fromEntries(
    addresses.flatMap((name) => (typeof configuration[`${name}Port`] === 'number' ? [[name, configuration[`${name}Port`] as number]] : [])),
  );
}

function readJson(run: LiveRun, name: string): unknown {
  const file = join(run.directory, name);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (cause) {
    throw new CliError(
      'CLI_FOLDER_UNUSABLE',
      `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      'banyan doctor',
      {
        cause,
      },
    );
  }
}
