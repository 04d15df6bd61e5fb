import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryMb, statOf } from './memory.ts';
import { findFreePorts, holderOfPort, requireFreePort } from './ports.ts';
import { endLeftovers, isAlive, readRunRecord, RunRecord } from './run-record.ts';
import { SupervisedProgram, type ProgramSpec } from './supervised-program.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function programOf(source: string, port = 0): Promise<ProgramSpec> {
  const entry = join(folder, 'program.mjs');
  writeFileSync(entry, source);
  return {
    name: 'sample',
    command: process.execPath,
    args: [entry],
    directory: folder,
    environment: { PORT: String(port) },
    logFile: join(folder, 'sample.log'),
    readyUrl: `http://127.0.0.1:${port}/`,
    readyTimeoutMs: 10_000,
  };
}

const server = `import { createServer } from 'node:http';
createServer((_, answer) => answer.end('ok')).listen(Number(process.env.PORT), '127.0.0.1');`;

test('no port is given away twice', async () => {
  const ports: number[] = [];
  for (let round = 0; round < 30; round += 1) ports.push(...(await findFreePorts(50)));
  expect(new Set(ports).size).toBe(1_500);
});

describe('a taken port', () => {
  test('is named with the program that holds it', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    await expect(requireFreePort(port)).rejects.toMatchObject({
      code: 'CLI_PORT_TAKEN',
      message: expect.stringContaining(`Port ${port}`) as string,
    });
    expect(holderOfPort(port)?.pid).toBe(process.platform === 'linux' ? process.pid : undefined);
    await new Promise((resolve) => taken.close(resolve));
    await expect(requireFreePort(port)).resolves.toBeUndefined();
  });
});

describe('a supervised program', () => {
  test('is ready, is started again after it was killed, and ends when stopped', async () => {
    const [port = 0] = await findFreePorts(1);
    const ready: number[] = [];
    const again = Promise.withResolvers<void>();
    const program = new SupervisedProgram(await programOf(server, port), {
      onReady: () => {
        ready.push(1);
        if (ready.length === 2) again.resolve();
      },
    });
    await program.start();
    const firstPid = program.pid ?? 0;
    expect(memoryMb([firstPid])).toBeGreaterThan(5);
    program.kill();
    await again.promise;
    expect(program.pid).not.toBe(firstPid);
    await program.stop();
    expect(program.pid).toBeUndefined();
    await expect(requireFreePort(port)).resolves.toBeUndefined();
  });

  test('that ends at once is reported with its last words', async () => {
    const [port = 0] = await findFreePorts(1);
    const program = new SupervisedProgram(await programOf("console.error('no such table'); process.exit(3);", port));
    const failure = program.start();
    await expect(failure).rejects.toMatchObject({ code: 'CLI_PROGRAM_FAILED', details: ['no such table'] });
    await program.stop();
  });
});

describe('what a killed run left behind', () => {
  test('is ended by the next one, and only that', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const record = new RunRecord(folder);
    record.add('sample', pid, 'SIGTERM');
    const read = readRunRecord(folder);
    expect(read?.processes.map(isAlive)).toEqual([true]);
    const ended = await endLeftovers(read ?? { owner: { pid: 0, startedTicks: undefined }, processes: [] });
    expect(ended).toEqual([`sample (pid ${pid})`]);
    expect(statOf(pid)?.state ?? 'gone').toMatch(/Z|gone/);
  });

  test('a later process with the same pid is left alone', () => {
    expect(isAlive({ pid: process.pid, startedTicks: '1' })).toBe(process.platform !== 'linux');
  });

  test('is ended by the guard when the command line itself is killed, each program by its latest process', async () => {
    const owner = spawn(process.execPath, ['--input-type=module', '-e', killedOwner], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const pids = JSON.parse(line.toString()) as { first: number; second: number; other: number };
    owner.kill('SIGKILL');
    while (isRunning(pids.second)) await delay(20);
    expect(isRunning(pids.first)).toBe(true);
    expect(isRunning(pids.other)).toBe(true);
    for (const pid of [pids.first, pids.other]) process.kill(pid, 'SIGKILL');
  });

  test('a record that cannot be written is told, and the run goes on', () => {
    const told: unknown[] = [];
    new RunRecord('/dev/null/nowhere', (error) => told.push(error)).add('sample', 1, 'SIGTERM');
    expect(told).toMatchObject([{ code: 'ENOTDIR' }]);
  });

  test('a torn record is as good as none', () => {
    writeFileSync(join(folder, 'run.json'), '{"owner":');
    expect(readRunRecord(folder)).toBeUndefined();
  });
});

/** Starts three processes; its guard hears that the second took the place of the first, and nothing of the third. */
const killedOwner = `
  import { spawn } from 'node:child_process';
  import { startGuard } from ${JSON.stringify(new URL('../../dist/programs/run-record.js', import.meta.url).href)};
  const start = () => { const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true }); child.unref(); return child.pid; };
  const [first, second, other] = [start(), start(), start()];
  const guard = startGuard();
  guard.watch('program', first, 'SIGTERM');
  guard.watch('program', second, 'SIGTERM');
  console.log(JSON.stringify({ first, second, other }));
  setInterval(() => {}, 1000);`;

function isRunning(pid: number): boolean {
  return (statOf(pid)?.state ?? 'Z') !== 'Z';
}
