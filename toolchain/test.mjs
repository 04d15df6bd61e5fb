// What `npm test` runs, in order of how soon it tells: format, lint, dead code, then the test suites with one summary line.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { modernNode } from './modern-node.mjs';
import { fail, run, say } from './report.mjs';

export const test = { checks, all };

async function checks(root) {
  await check(root, 'format', 'oxfmt/bin/oxfmt', ['--check', '.'], 'npm run format');
  await check(root, 'lint', 'oxlint/bin/oxlint', ['--type-aware', '--quiet'], 'Mend the lines named above');
  await check(root, 'dead code', 'knip/bin/knip.js', ['--no-progress'], 'Remove what is named above, or import it where it is needed');
}

async function check(root, label, script, args, next) {
  const outcome = await run(label, modernNode(root), [join(root, 'node_modules', script), ...args], { cwd: root, env: withNode(root) });
  if (outcome.code !== 0) fail(`${label} found something:\n${outcome.output.trim().slice(-12_000)}`, next);
  say(`✔ ${label}`);
}

/** @param rest paths and options for Vitest; without any, and outside CI, what takes long and shows one more stage or fault is left to CI */
async function all(root, rest) {
  const isShort = rest.length === 0 && process.env.BANYAN_NO_SKIPS === undefined;
  if (rest.length === 0) await checks(root);
  const folder = mkdtempSync(join(tmpdir(), 'banyan-test-'));
  const report = join(folder, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [
    vitest,
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'toolchain/second-tries.mjs')}`,
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...rest,
  ];
  const child = spawn(modernNode(root), args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...withNode(root), ...(isShort && { BANYAN_SHORT_RUN: '1' }) },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const code = await new Promise((resolve) => child.on('exit', (status) => resolve(status ?? 1)));
  const totals = totalsOf(report);
  rmSync(folder, { recursive: true, force: true });
  if (totals === undefined) fail('The test run ended before it could report.', 'npm test');
  if (isShort)
    process.stdout.write(
      '\nLeft to CI: one more stage or fault of what has run once. With BANYAN_NO_SKIPS=1 they run too, and named by path.\n',
    );
  process.stdout.write(`\n${totals.numPassedTests} passed, ${totals.numFailedTests} failed, ${totals.numPendingTests} skipped\n`);
  process.exitCode = code;
}

function totalsOf(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Tools that start `node` by name get the same Node. */
function withNode(root) {
  return { ...process.env, PATH: `${dirname(modernNode(root))}:${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
}
