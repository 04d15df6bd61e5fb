/** Starts the gateway program for a test, as it is started in earnest: its own process, workers and files. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGatewayClient, type GatewayClient } from '../gateway-client.ts';
import type { GatewayConfig } from '../config.ts';

export const testToken = 'a-token-only-for-tests';

export interface TestGateway {
  readonly port: number;
  readonly url: string;
  readonly adminUrl: string;
  readonly folder: string;
  readonly workers: number[];
  readonly process: ChildProcess;
  readonly client: GatewayClient;
  /** Everything it has written on standard output and standard error. */
  output(): string;
  /** Ends it with a signal and resolves with its exit code once it is gone. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

const program = join(import.meta.dirname, '..', 'main.ts');

/** @param folder given again, the gateway finds the state it left there */
export async function startGateway(
  monolithUrl: string,
  settings: Partial<GatewayConfig> = {},
  folder = mkdtempSync(join(tmpdir(), 'gateway-')),
): Promise<TestGateway> {
  const child = spawnGateway(folder, {
    port: 0,
    adminPort: 0,
    adminToken: testToken,
    statePath: join(folder, 'routes.json'),
    monolithUrl,
    accessLog: 'off',
    ...settings,
  });
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const ready = await new Promise<{ port: number; adminPort: number; workers: number[] }>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      const line = output.split('\n').find((text) => text.includes('"event":"ready"'));
      if (line !== undefined) resolve(JSON.parse(line) as { port: number; adminPort: number; workers: number[] });
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    void exited.then((code) => reject(new Error(`the gateway ended with ${code}: ${output}`)));
  });
  const adminUrl = `http://127.0.0.1:${ready.adminPort}`;
  return {
    port: ready.port,
    url: `http://127.0.0.1:${ready.port}`,
    adminUrl,
    folder,
    workers: ready.workers,
    process: child,
    client: createGatewayClient({ adminUrl, adminToken: testToken }),
    output: () => output,
    end(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}

export function spawnGateway(folder: string, config: unknown): ChildProcess {
  const path = join(folder, `gateway-${Math.random().toString(36).slice(2)}.json`);
  writeFileSync(path, JSON.stringify(config));
  return spawn(process.execPath, [program], {
    env: { ...process.env, GATEWAY_CONFIG: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
