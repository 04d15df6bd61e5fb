/** Services without their monolith, and one alone: as they are started to be looked at. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFreePorts } from '../programs/ports.ts';
import type { ProgramAddress } from '../running/program-specs.ts';
import { RunFiles, runSecuritySuite } from './testing/security-suite.ts';

const main = join(import.meta.dirname, '../../dist/main.js');
const nodeLearn = join(import.meta.dirname, '../../../../systems/node-learn');

let home: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'banyan-only-'));
  chmodSync(home, 0o755); // as root, PostgreSQL runs as a user that may not look into a folder of root
});
afterEach(async () => {
  const running = child;
  if (running !== undefined && running.exitCode === null) {
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGINT');
    await ended;
  }
  rmSync(home, { recursive: true, force: true });
});

/** What it says first, which it does when everything is ready; what it complained of when it ends before. */
function up(...words: readonly string[]): Promise<string> {
  const started = spawn(process.execPath, [main, 'up', nodeLearn, '--json', ...words], { env: { ...process.env, BANYAN_ROOT: home } });
  child = started;
  return new Promise((resolve, reject) => {
    let [output, complaints] = ['', ''];
    started.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    started.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('\n')) resolve(output);
    });
    started.once('exit', () => reject(new Error(`${complaints}${output}`)));
  });
}

test('one service is ready by itself on an empty database', async () => {
  const { programs } = JSON.parse(await up('--only', 'quiz')) as { programs: readonly { name: string; internalUrl: string }[] };
  expect(programs.map(({ name }) => name)).toEqual(['quiz']);
  expect((await fetch(`${programs[0]?.internalUrl}/health/ready`)).status).toBe(200);
});

test('a program that does not exist is refused with those that do', async () => {
  await expect(up('--only', 'quizz')).resolves.toContain('it has: monolith, auth, question, quiz');
});

/** Which services hold a table, its owner first. */
const tables = {
  users: ['auth'],
  questions: ['question'],
  choices: ['question'],
  quiz_modes: ['quiz'],
  user_question_stats: ['quiz'],
  question_refs: ['quiz', 'achievement'],
  user_achievements: ['achievement'],
  leaderboards: ['leaderboard'],
};

interface Summary {
  readonly gatewayUrl: string;
  readonly programs: readonly Omit<ProgramAddress, 'databaseUrl'>[];
}

test(
  'the services without the monolith show the data set, refuse what nobody knows, have their corrections on, and let nobody do what a contract does not',
  { timeout: 300_000 },
  async () => {
    const [port = 0, consolePort = 0] = await findFreePorts(2);
    const words = ['--only', 'services', '--port', String(port), '--console-port', String(consolePort)];
    const summary = JSON.parse(await up(...words)) as Summary;
    const { gatewayUrl } = summary;
    const get = (path: string) => fetch(`${gatewayUrl}${path}`);
    expect(((await (await get('/api/questions')).json()) as unknown[]).length).toBeGreaterThan(50);
    expect(await (await get('/api')).text()).toBe('Hello World!');
    expect(await (await get('/nothing')).json()).toEqual({ message: 'Cannot GET /nothing', error: 'Not Found', statusCode: 404 });
    expect((await get('/api/questions?search=node')).status).toBe(200); // 500 in the monolith
    expect((await get('/api/auth/profile')).status).toBe(401); // 500 in the monolith

    for (const { name, internalUrl } of summary.programs.filter((program) => program.name !== 'monolith'))
      expect((await fetch(`${internalUrl}/docs`)).headers.get('content-type'), name).toContain('text/html');

    const run = new RunFiles(join(home, '.banyan/node-learn/services'));
    expect(await runSecuritySuite(summary, run, { directory: nodeLearn, tables })).toEqual([]);
    expect(await run.findExposedSecrets()).toEqual([]);
  },
);
