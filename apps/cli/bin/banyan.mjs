#!/usr/bin/env node
// Starts the banyan command on a Node that is new enough, whichever Node found this file; what it keeps lies where it is called.
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hand } from '../../../toolchain/hand.mjs';
import { modernNode } from '../../../toolchain/modern-node.mjs';
import { fail } from '../../../toolchain/report.mjs';

const root = realpathSync(join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../..'));
const main = join(root, 'apps/cli/dist/main.js');
if (!existsSync(main)) fail(`Banyan has not been built in ${root}.`, `npm --prefix ${root} run build`);
if (process.cwd() === root || process.cwd().startsWith(`${root}/`)) process.env.BANYAN_ROOT ??= root;

const node = modernNode(root);
if (node === process.execPath) await import(pathToFileURL(main).href);
else await hand(node, [main, ...process.argv.slice(2)]);
