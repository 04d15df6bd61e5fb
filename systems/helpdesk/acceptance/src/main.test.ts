import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalSystem, startLocalSystem } from './local-system.ts';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let system: LocalSystem;
beforeAll(async () => {
  system = await startLocalSystem();
});
afterAll(() => system?.stop());

async function run(target: object, ...options: string[]): Promise<{ code: number | null; output: string; complaints: string }> {
  const child = spawn(process.execPath, [program, ...options], { env: { ...process.env, ACCEPTANCE_TARGET: JSON.stringify(target) } });
  let [output, complaints] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, complaints };
}

test('the program asks what it is told to, and ends with 0 when all of it holds', async () => {
  const { code, output } = await run(system.target, '--only', 'A5,A13', '--json');
  const { results, ok } = JSON.parse(output) as { results: { id: string; outcome: string }[]; ok: boolean };
  expect(results.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['A5', 'passed'],
    ['A13', 'passed'],
  ]);
  expect([code, ok]).toEqual([0, true]);
});

test('it ends with 1 when something does not hold, and says what', async () => {
  const { code, output } = await run({ ...system.target, defects: [] }, '--only', 'A24');
  expect(output).toMatch(/✗ A24 .*\n/);
  expect(code).toBe(1);
});

test('it ends with 2 for a target that cannot be used', async () => {
  const { mailUrl: _mailUrl, ...without } = system.target;
  const { code, complaints } = await run(without);
  expect(complaints).toMatch(/The target lacks mailUrl/);
  expect(code).toBe(2);
});
