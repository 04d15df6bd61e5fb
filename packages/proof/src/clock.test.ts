import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { createClockControl } from './clock.ts';

test('a program that waits for midnight believes it is midnight, then that it is today again, and goes through midnight anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'proof-'));
  const program = join(folder, 'program.mjs');
  writeFileSync(
    program,
    `const midnight = new Date(); midnight.setUTCHours(24, 0, 0, 0);
     const nightly = () => {
       console.log('fired', new Date().toISOString());
       midnight.setUTCHours(24, 0, 0, 0);
       setTimeout(nightly, midnight.getTime() - Date.now());
     };
     const timer = setTimeout(nightly, midnight.getTime() - Date.now());
     const cleared = setTimeout(() => console.log('must not fire'), 3_600_000); clearTimeout(cleared);
     console.log('waiting', timer.hasRef()); setInterval(() => console.log('now', new Date().toISOString()), 50);`,
  );
  const file = join(folder, 'clock');
  const start = () => {
    const child = spawn(process.execPath, ['--import', new URL('clock-preload.ts', import.meta.url).href, program], {
      env: { ...process.env, BANYAN_CLOCK_FILE: file },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  };
  let { child, lines } = start();
  const until = async (test: (line: string) => boolean) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error('the program ended');
      if (test(value)) return value;
    }
  };
  await until((line) => line.startsWith('waiting'));
  const isToday = (line: string) => line.startsWith('now') && Math.abs(Date.parse(line.split(' ')[1]!) - Date.now()) < 5000;
  const midnight = new Date();
  for (const round of ['the first midnight', 'one more: the job has planned it for the day after']) {
    midnight.setUTCHours(24, 0, 0, 0);
    await createClockControl(file).jumpToMidnight({ beforeMs: 200 });
    const fired = await until((line) => line.startsWith('fired'));
    expect(Date.parse(fired.split(' ')[1]!), round).toBeGreaterThanOrEqual(midnight.getTime());
    await createClockControl(file).reset();
    await until(isToday);
  }
  child.kill();
  // It begins with today's midnight again, whatever the one before has lived through.
  ({ child, lines } = start());
  await until((line) => line.startsWith('waiting'));
  midnight.setTime(Date.now());
  midnight.setUTCHours(24, 0, 0, 0);
  await createClockControl(file).jumpToMidnight({ beforeMs: 200 });
  const fired = await until((line) => line.startsWith('fired'));
  expect(fired.split(' ')[1]!.slice(0, 10), 'after a restart').toBe(midnight.toISOString().slice(0, 10));
  child.kill();
  rmSync(folder, { recursive: true, force: true });
});
