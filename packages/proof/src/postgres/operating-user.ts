// The operating-system user PostgreSQL runs as: itself, or an unprivileged one when we are root (PostgreSQL refuses root).
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

export interface OperatingUser {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined when the server can run as the current user. As root: `postgres` when the machine has it, else `nobody`; none is created. */
export function operatingUser(): OperatingUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const wanted of ['postgres', 'nobody']) {
    const fields = entries.find((entry) => entry.startsWith(`${wanted}:`))?.split(':');
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return { uid: 65534, gid: 65534 };
}

/** Whether an unprivileged user can walk down to this path (every existing folder on the way is traversable by others). */
export function isReachableByOthers(path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const mode = statSync(folder, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined && (mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
