// The one door of the repository: sets everything up (Node, packages, build), saying so, then runs what was asked for.
// Plain JavaScript without dependencies, because it runs before anything is installed, on Node 20 or newer.
import { join } from 'node:path';
import { hand } from './hand.mjs';
import { install } from './install.mjs';
import { modernNode } from './modern-node.mjs';
import { buildPages } from './pages.mjs';
import { generateClients } from './prisma.mjs';
import { fail, run, say } from './report.mjs';
import { test } from './test.mjs';

export const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

const commands = {
  start: (rest) => banyan(['demo', ...rest]),
  banyan,
  bench: (rest) => runHere('bench/dist/index.js', rest),
  simulate: (rest) => runHere('simulation/dist/main.js', rest),
  build: async () => say('built'),
  check: async () => test.checks(root),
  test: async (rest) => test.all(root, rest),
};

const [name, ...rest] = process.argv.slice(2);
if (!Object.hasOwn(commands, name ?? '')) {
  fail(`There is no command "${name ?? ''}" here.`, `npm run <${Object.keys(commands).join(' | ')}>`);
}
await install(root);
await build();
await commands[name](rest);

async function build() {
  await generateClients(root);
  const outcome = await run('build', modernNode(root), [join(root, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: root });
  if (outcome.code === 0) return buildPages(root);
  // The compiler reports a file it may not write as TS5033, or panics over it.
  if (/no space left/i.test(outcome.output)) fail('The build failed: the disk is full.', `df -h ${root}`);
  if (/^panic:|TS5033|permission denied/m.test(outcome.output))
    fail(`The build may not write its files in ${root}; were they made by another user?`, `sudo chown -R "$USER" ${root}`);
  return fail(`The build failed:\n${outcome.output.trim()}`, 'Mend the lines named above, then run the same command again');
}

function banyan(rest) {
  return runHere('apps/cli/dist/main.js', rest);
}

/** A program of ours, in the folder where npm was called. */
function runHere(entry, rest) {
  return hand(modernNode(root), [join(root, entry), ...rest], {
    cwd: process.env.INIT_CWD ?? root,
    env: { ...process.env, BANYAN_ROOT: root },
  });
}
