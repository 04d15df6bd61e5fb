// A folder in memory for the temporary files of one test run: databases of tests are made and dropped there several times quicker than on a disk.
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { isAlive, sweepLeftovers } from '../postgres/leftovers.ts';

const parent = '/dev/shm';
const prefix = 'banyan-tests-';
/** A whole run of the tests keeps well below a third of it. */
const roomBytes = 4 * 1024 ** 3;

/** Undefined where the machine has no such place, or less than 4 GB left in it. Folders and servers of killed runs are removed first. */
export async function createMemoryFolder(): Promise<string | undefined> {
  if (!existsSync(parent)) return undefined;
  await sweepFolders();
  const { bavail, bsize } = statfsSync(parent);
  if (Math.min(bavail * bsize, freemem()) < roomBytes) return undefined;
  const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
  chmodSync(folder, 0o755); // as root, PostgreSQL runs under another user
  return folder;
}

async function sweepFolders(): Promise<void> {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix) || isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    await sweepLeftovers(join(parent, name));
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}
