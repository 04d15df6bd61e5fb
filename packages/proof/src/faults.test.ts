import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killProcess, openFaultLog, pauseProcess, readFaultLog } from './faults.ts';
import { isAlive } from './postgres/leftovers.ts';

const start = (): ChildProcess =>
  spawn(process.execPath, ['-e', 'setInterval(() => console.log("."), 5)'], { stdio: ['ignore', 'pipe', 'ignore'] });

test('a killed process is gone when the call returns, and killing it again is no error', async () => {
  const { pid = 0 } = start();
  await killProcess(pid);
  expect(isAlive(pid)).toBe(false);
  await killProcess(pid);
});

test('a paused process is silent meanwhile and goes on afterwards', async () => {
  const child = start();
  const spoken = () => new Promise((resolve) => child.stdout!.once('data', resolve));
  await spoken();
  let heard = 0;
  const pause = pauseProcess(child.pid ?? 0, 300);
  await new Promise((resolve) => setTimeout(resolve, 100)); // what was in the pipe when it stopped has come by now
  child.stdout!.on('data', () => (heard += 1));
  const { at, endedAt } = await pause;
  expect(heard).toBe(0);
  expect(endedAt - at).toBeGreaterThanOrEqual(299);
  await spoken();
  child.kill('SIGKILL');
});

test('the log of faults is read back as it was written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'proof-'));
  const log = openFaultLog(join(folder, 'faults.jsonl'));
  const fault = { point: 'cutover.fenced', target: 'controller', affects: ['auth'], at: 1 };
  log.record(fault);
  log.record({ ...fault, endedAt: 2 });
  expect(readFaultLog(log.path)).toEqual([fault, { ...fault, endedAt: 2 }]);
  rmSync(folder, { recursive: true, force: true });
});
