import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readLedger } from '@banyan/proof';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'traffic-'))));
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Nobody listens there: the program must live with a system that is away. */
const environment = () => ({
  ...process.env,
  BASE_URL: 'http://127.0.0.1:9',
  GOOGLE_URL: 'http://127.0.0.1:9',
  LEDGER: join(folder, 'ledger.jsonl'),
});

test('the program is steered over its port and ends with a whole ledger', async () => {
  const google = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  await once(google, 'listening');
  const GOOGLE_URL = `http://127.0.0.1:${(google.address() as { port: number }).port}`;
  child = spawn(process.execPath, [program, '--rate', '100'], {
    env: { ...environment(), GOOGLE_URL },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = await new Promise<string>((resolve) => createInterface({ input: child!.stdout! }).once('line', resolve));
  const { controlUrl, run } = JSON.parse(ready) as { controlUrl: string; run: string };
  const order = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${controlUrl}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, body: (await answer.json()) as { running: boolean; rate: number; actions: number; inFlight: number } };
  };
  expect((await order('POST', '/rate', { rate: 250 })).body).toMatchObject({ running: true, rate: 250 });
  expect((await order('POST', '/rate', { rate: 'fast' })).status).toBe(400);
  expect((await order('POST', '/nonsense')).status).toBe(404);
  const paused = (await order('POST', '/pause')).body;
  expect(paused).toMatchObject({ running: false, inFlight: 0 });
  expect((await order('GET', '/stats')).body.actions).toBe(paused.actions);
  expect((await order('POST', '/resume')).body.running).toBe(true);
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child!.once('exit', resolve))).toBe(0);
  google.close();
  const lines = await readLedger(join(folder, 'ledger.jsonl'));
  expect(lines[0]).toMatchObject({ kind: 'run', run });
  expect(lines.filter(({ kind }) => kind === 'asked').length).toBe(lines.filter(({ kind }) => kind === 'told').length);
});

test('a stand-in that is away is said, with the next step and no stack trace', () => {
  const { status, stderr } = spawnSync(process.execPath, [program], { env: environment(), encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toMatch(/The Google stand-in at http:\/\/127.0.0.1:9 cannot be reached.\n {2}Next: /);
  expect(stderr).not.toMatch(/ at .*\.js:/);
});

test.each([
  [{ BASE_URL: '' }, /BASE_URL is not set/],
  [{ BASE_URL: 'nowhere' }, /BASE_URL is "nowhere", not an http URL/],
  [{ RATE: 'fast' }, /RATE is "fast"/],
  [{ MIX: 'heavy' }, /MIX is "heavy", not one of demo, proof/],
])('settings that cannot be used are named: %o', (changes, message) => {
  const { status, stderr } = spawnSync(process.execPath, [program], { env: { ...environment(), ...changes }, encoding: 'utf8' });
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/ at .*\.js:/);
});
