import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { locateSystem } from './locate-system.ts';
import { gatewaySpec, type RunPlan } from './program-specs.ts';

const systems = join(import.meta.dirname, '../../../../systems');

test.each([
  ['helpdesk', 'http://localhost:4300'],
  ['node-learn', undefined],
])('the gateway of %s lets %s read what it answers by itself', async (name, allowOrigin) => {
  const directory = mkdtempSync(join(tmpdir(), 'banyan-specs-'));
  const plan: RunPlan = {
    system: await locateSystem(join(systems, name)),
    directory,
    host: '127.0.0.1',
    gatewayPort: 3000,
    gatewayAdminPort: 3001,
    gatewayWorkers: 1,
    controllerPort: 3002,
    webPort: 4300,
    standinPorts: {},
    programPorts: { monolith: { port: 3003, internalPort: 3004 } },
    secrets: {},
    databaseUrl: (database) => `postgres://127.0.0.1/${database}`,
  };
  const file = gatewaySpec(plan).environment['GATEWAY_CONFIG'] ?? '';
  expect((JSON.parse(readFileSync(file, 'utf8')) as { allowOrigin?: string }).allowOrigin).toBe(allowOrigin);
  rmSync(directory, { recursive: true });
});
