import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@banyan/proof/free-port';
import { startProgram } from '@banyan/proof/program';
import { expect, test } from 'vitest';
import { controllerToken, startFakeController } from './testing/fake-controller.ts';

const memoryMaxMb = 60;

test('the program serves the page from a configuration, is small, and ends when asked', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'banyan-console-program-'));
  const [controller, port] = await Promise.all([startFakeController(), freePort()]);
  const file = join(folder, 'console.json');
  const token = 'console-token-of-the-test';
  writeFileSync(file, JSON.stringify({ port, controllerUrl: controller.url, controllerToken, token }));
  const program = await startProgram({
    name: 'console',
    entry: join(import.meta.dirname, '../dist/main.js'),
    nodeArguments: ['--max-old-space-size=32', '--max-semi-space-size=1'],
    environment: { CONSOLE_CONFIG: file },
    readyUrl: `http://127.0.0.1:${port}/health`,
  });
  try {
    const url = `http://localhost:${port}`;
    const page = await (await fetch(url)).text();
    expect(page).toContain('<title>Banyan</title>');
    for (const [, asset] of page.matchAll(/(?:src|href)="\.?(\/assets\/[^"]+)"/g)) expect((await fetch(url + asset)).status).toBe(200);
    const link = await fetch(`${url}/console/links`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    const opened = await fetch(((await link.json()) as { url: string }).url, { redirect: 'manual' });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    for (let asked = 0; asked < 50; asked += 1) expect((await fetch(`${url}/console/v1/state`, { headers: { cookie } })).status).toBe(200);
    expect(megabytesOf(program.pid)).toBeLessThan(memoryMaxMb);
  } finally {
    await program.stop();
    await controller.goAway();
    rmSync(folder, { recursive: true, force: true });
  }
  await expect(fetch(`http://localhost:${port}/health`)).rejects.toThrow('fetch failed');
});

/** Proportional share of memory, as the command line counts it; 0 where the system does not tell. */
function megabytesOf(pid: number): number {
  if (process.platform !== 'linux') return 0;
  const [, kilobytes = '0'] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}
