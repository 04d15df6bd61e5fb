import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { armCrash } from './crash-point.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'proof-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function startStepping() {
  const program = join(folder, 'program.mjs');
  writeFileSync(
    program,
    `import { channel } from 'node:diagnostics_channel';
     setInterval(() => ['copy.started', 'copy.done'].forEach((name) => channel('banyan.crash-point').publish({ name })), 5);`,
  );
  return spawn(process.execPath, ['--import', new URL('crash-preload.ts', import.meta.url).href, program], {
    env: { ...process.env, BANYAN_CRASH_FILE: join(folder, 'crash') },
    stdio: 'ignore',
  });
}

test('of two processes at the armed point exactly one dies, by SIGKILL', async () => {
  const children = [startStepping(), startStepping()];
  const deaths = children.map((child) => new Promise((resolve) => child.once('exit', (_code, signal) => resolve([child.pid, signal]))));
  const report = await armCrash(join(folder, 'crash'), 'copy.done').died();
  expect(report?.point).toBe('copy.done');
  expect(await Promise.race(deaths)).toEqual([report?.pid, 'SIGKILL']);
  const other = children.find((child) => child.pid !== report?.pid);
  expect(other?.exitCode).toBeNull();
  other?.kill();
});

test('a point that nobody reaches is disarmed and said so', async () => {
  const armed = armCrash(join(folder, 'crash'), 'never.reached');
  expect(await armed.died({ timeoutMs: 50 })).toBeUndefined();
});
