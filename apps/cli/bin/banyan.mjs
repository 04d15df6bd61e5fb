#!/usr/bin/env node
// Starts the banyan command on a Node that is new enough, whichever Node found this file.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { modernNode } from '../../../toolchain/modern-node.mjs';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../..');
const main = join(root, 'apps/cli/dist/main.js');
const outcome = spawnSync(modernNode(root), [main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, BANYAN_ROOT: root },
});
process.exitCode = outcome.status ?? 1;
