import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plantFault, type PlantedFault } from './planted-fault.ts';

let folder: string;
let program: string;
let counter: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'proof-')));
  program = join(folder, 'program.mjs');
  counter = join(folder, 'counter.ts');
  writeFileSync(program, `import { add } from './counter.ts'; console.log(add(2), add(3));`);
  writeFileSync(counter, `let sum: number = 0;\nexport function add(n: number): number {\n  sum = sum + n;\n  return sum;\n}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const overwritten = (text: string): PlantedFault => ({
  name: 'F0: overwritten',
  changes: [{ module: pathToFileURL(counter).href, text, replacement: '= n;' }],
});

function run({ nodeArguments, environment }: ReturnType<typeof plantFault>) {
  return spawnSync(process.execPath, [...nodeArguments, program], { env: { ...process.env, ...environment }, encoding: 'utf8' });
}

test('the program runs with the fault in its module, and without it as ever', () => {
  expect(run(plantFault(overwritten('= sum + n;'))).stdout).toBe('2 3\n');
  expect(run({ nodeArguments: [], environment: {} }).stdout).toBe('2 5\n');
});

test.each([
  ['0 times', '= sum - n;'],
  ['2 times', 'sum;'],
])('a text that is there %s is refused at once', (times, text) => {
  if (times === '2 times') writeFileSync(counter, `export const add = (n) => {\n  const sum = n;\n  void sum;\n  return sum;\n};\n`);
  expect(() => plantFault(overwritten(text))).toThrow(
    expect.objectContaining({ code: 'PROOF_FAULT', message: expect.stringMatching(`F0: overwritten.* ${times}`) as unknown }),
  );
});

test('a program whose module lost the text meanwhile does not run', () => {
  const planted = plantFault(overwritten('= sum + n;'));
  writeFileSync(counter, `export const add = (n) => n;\n`);
  const { status, stderr, stdout } = run(planted);
  expect([status === 0, stdout]).toEqual([false, '']);
  expect(stderr).toContain('"F0: overwritten" cannot be planted');
});
