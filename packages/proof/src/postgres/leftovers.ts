// Finds and ends servers that a killed run left behind, and removes their temporary folders.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Temporary clusters are named so; the folder holds `owner` (the id of the process that started it) and `data`. */
export const temporaryPrefix = 'banyan-postgres-';

/** A cluster that could not lie where it was wanted is named so; the two files name the other place to each side. */
export const asidePrefix = 'banyan-cluster-';
export const signpost = 'lies-elsewhere';
export const signpostBack = 'wanted-in';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** The id of the server that runs on this data directory, as its lock file says, when that process is really alive and really this server. */
export function runningPostmaster(dataDirectory: string): number | undefined {
  const file = join(dataDirectory, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return undefined;
  const command = commandOf(pid);
  return command === undefined || command.includes(dataDirectory) ? pid : undefined;
}

function commandOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return undefined;
  }
}

/** Ends a server that is not our child: fast, then immediate, then by force; at most 15 s. Resolves once the process is gone. */
export async function endPostmaster(pid: number): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', 5000],
    ['SIGQUIT', 5000],
    ['SIGKILL', 5000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (let waited = 0; waited < waitMs; waited += 20) {
      if (!isAlive(pid)) return;
      await delay(20);
    }
  }
}

/** Ends and removes every temporary cluster in `parent` whose owner is no longer alive. */
export async function sweepLeftovers(parent: string): Promise<void> {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const folder = join(parent, name);
    const owner = join(folder, 'owner');
    if (statSync(folder, { throwIfNoEntry: false })?.uid !== (process.getuid?.() ?? 0) || !existsSync(owner)) continue;
    if (isAlive(Number(readFileSync(owner, 'utf8')))) continue;
    const pid = runningPostmaster(join(folder, 'data'));
    if (pid !== undefined) await endPostmaster(pid);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends and removes every cluster set aside in `parent` whose wanted folder has been removed since. */
export async function sweepAside(parent: string): Promise<void> {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(asidePrefix)) continue;
    const folder = join(parent, name);
    const back = join(folder, signpostBack);
    if (statSync(folder, { throwIfNoEntry: false })?.uid !== (process.getuid?.() ?? 0) || !existsSync(back)) continue;
    if (existsSync(join(readFileSync(back, 'utf8'), signpost))) continue;
    const pid = runningPostmaster(join(folder, 'data'));
    if (pid !== undefined) await endPostmaster(pid);
    rmSync(folder, { recursive: true, force: true });
  }
}
