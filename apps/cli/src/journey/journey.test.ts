import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ProofReport } from './proof-report.ts';

const main = join(import.meta.dirname, '../../dist/main.js');
const system = join(import.meta.dirname, '../../../../systems/node-learn');

test(
  'Node-Learn is taken apart under traffic and kills, goes back and forward again, and nothing is lost',
  { timeout: 900_000 },
  async () => {
    const home = mkdtempSync(join(tmpdir(), 'banyan-prove-'));
    chmodSync(home, 0o755); // as root, PostgreSQL runs as a user that may not look into a folder of root
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
      expect(proof.rows.map(({ table, differing }) => [table, differing])).toEqual(
        ['users', 'questions', 'choices', 'user_question_stats', 'quiz_modes', 'achievements', 'user_achievements', 'leaderboards'].map(
          (table) => [`public.${table}`, 0],
        ),
      );
      expect(proof.cutovers.map(({ extraction, direction }) => `${direction} of ${extraction}`)).toEqual([
        'cutback of auth',
        'cutover of auth',
        'cutback of quiz',
        'cutover of quiz',
      ]);
      const targets = ['controller', 'gateway', 'postgresql', 'auth', 'quiz', 'achievement', 'leaderboard', 'broker'];
      expect(new Set(proof.kills.map((kill) => kill.target))).toEqual(new Set(targets));
      expect(proof.events).toMatchObject({ lost: 0, doubledEffects: 0, outOfOrder: 0 });
      expect(proof.events.published).toBeGreaterThan(100);
      expect(proof.sagas.completed).toBeGreaterThan(10);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
);

function run(words: readonly string[], home: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [main, ...words], { env: { ...process.env, BANYAN_ROOT: home, INIT_CWD: home } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}
