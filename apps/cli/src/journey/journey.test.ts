import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProofReport } from './proof-report.ts';

const main = join(import.meta.dirname, '../../dist/main.js');
const system = join(import.meta.dirname, '../../../../systems/node-learn');

test('auth leaves Node-Learn, comes back and leaves again under traffic and kills, and nothing is lost', { timeout: 900_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'banyan-prove-'));
  try {
    const file = join(home, 'proof.json');
    const { code, output } = await run(['prove', system, '--short', '--rate', '60', '--json', file], home);
    const report = readFileSync(file, 'utf8');
    expect(report, output).not.toBe('');
    const proof = JSON.parse(report) as ProofReport;
    expect(proof).toMatchObject({ lostWrites: 0, doubledWrites: 0, notReached: [] });
    // How long programs take to come back is a bar for a machine that does nothing else; what is lost is not.
    expect(proof.problems.filter((problem) => !/^Outages last|got 503/.test(problem))).toEqual([]);
    expect(code).toBe(proof.ok ? 0 : 1);
    expect(proof.rows).toEqual([{ table: 'public.users', rows: expect.any(Number) as number, differing: 0 }]);
    expect(proof.cutovers.map((cutover) => cutover.direction)).toEqual(['cutback', 'cutover']);
    expect(new Set(proof.kills.map((kill) => kill.target))).toEqual(new Set(['controller', 'gateway', 'postgresql', 'auth']));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

function run(words: readonly string[], home: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [main, ...words], { env: { ...process.env, BANYAN_ROOT: home, INIT_CWD: home } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}
