// Installs the packages when the lockfile changed since the last install, and refuses early what would fail late.
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isTooOldForSetup } from './modern-node.mjs';
import { fail, run, say } from './report.mjs';

const neededMb = 1200;

export async function install(root) {
  if (isTooOldForSetup())
    fail(`Node ${process.versions.node} is too old for the set-up.`, 'Install Node 20 or newer, then run the same command again');
  const stamp = join(root, 'node_modules/.banyan-installed');
  const wanted = fingerprint(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  refuseWithoutRoom(root);
  say('installing packages (first run, about 20 s) …');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const outcome =
    npm === undefined
      ? await run('install', 'npm', args, { cwd: root })
      : await run('install', process.execPath, [npm, ...args], { cwd: root });
  if (outcome.code !== 0) explain(outcome.output);
  writeFileSync(stamp, wanted);
}

function fingerprint(root) {
  const lock = readLock(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

function readLock(file) {
  try {
    const lock = readFileSync(file, 'utf8');
    JSON.parse(lock);
    return lock;
  } catch (error) {
    return fail(`The list of packages ${file} cannot be read: ${error.message}`, 'git checkout package-lock.json');
  }
}

function refuseWithoutRoom(root) {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    fail(
      `The folder ${root} is not writable for this user.`,
      `Clone the repository into a folder of your own, or: sudo chown -R "$USER" ${root}`,
    );
  }
  const disk = statfsSync(root);
  const freeMb = Math.floor((disk.bavail * disk.bsize) / 1e6);
  if (freeMb < neededMb) fail(`Only ${freeMb} MB are free where ${root} lies; packages and build need ${neededMb} MB.`, `df -h ${root}`);
}

function explain(output) {
  const said = output
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s?/, ''))
    .filter((line) => line.trim() !== '');
  const until = said.findIndex((line) => /^(Clean install|A complete log)/.test(line.trim()));
  const tail = said.slice(0, Math.min(8, until === -1 ? 8 : until)).join('\n    ');
  const causes = [
    [/ENOSPC/, 'The disk is full.', 'df -h . && npm cache clean --force'],
    [/EACCES|EPERM/, 'npm may not write its files.', 'ls -ld node_modules ~/.npm, and give them back to your user with chown'],
    [/ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/, 'The npm registry cannot be reached.', 'npm ping'],
    [
      /can only install packages when your package.json and package-lock.json/,
      'package.json and package-lock.json disagree.',
      'npm install',
    ],
  ];
  const [, cause, next] = causes.find(([pattern]) => pattern.test(output)) ?? [null, 'npm ci failed.', 'npm ci'];
  fail(`${cause}\n    ${tail}`, next);
}
