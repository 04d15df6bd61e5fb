// Finds the Node the project runs on: the one that runs this, when new enough, else the pinned Node 24 that npm installed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from './report.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);

export function isTooOldForSetup() {
  return major < 20;
}

export function modernNode(root) {
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const pinned = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', file);
  if (existsSync(pinned)) return pinned;
  return fail(
    `This needs Node 22.19 or newer, and Node ${process.versions.node} runs it; no pinned Node 24 exists for ${process.platform}-${process.arch} in node_modules.`,
    process.platform === 'linux' ? 'npm ci --include=optional' : 'Install Node 24 from your usual source, then run the same command again',
  );
}
