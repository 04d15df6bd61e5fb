// The files of one embedded PostgreSQL cluster: where they may lie, how they are made, and the password that opens it.
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ProofError } from '../errors.ts';
import { type PostgresBinaries } from './binaries.ts';
import { asidePrefix, signpost, signpostBack, sweepAside, sweepLeftovers, temporaryPrefix } from './leftovers.ts';
import { isReachableByOthers, type OperatingUser } from './operating-user.ts';

const asideParent = '/var/tmp';

export interface Cluster {
  /** Folder that holds `data`, `password` and, for a temporary cluster, `owner`. */
  readonly folder: string;
  readonly data: string;
  readonly password: string;
  readonly user: OperatingUser | undefined;
  remove(): void;
}

export async function prepareCluster(
  directory: string | undefined,
  binaries: PostgresBinaries,
  user: OperatingUser | undefined,
  fsync: boolean,
): Promise<Cluster> {
  const folder = directory === undefined ? await temporaryFolder(user) : await lastingFolder(directory, user);
  const data = join(folder, 'data');
  const password = passwordOf(folder);
  const cluster = { folder, data, password, user, remove: () => rmSync(folder, { recursive: true, force: true }) };
  if (existsSync(join(folder, 'ready'))) return cluster;
  rmSync(data, { recursive: true, force: true }); // an initdb that was killed half way
  mkdirSync(data, { mode: 0o700 });
  if (user !== undefined) chownSync(data, user.uid, user.gid);
  await initialise(cluster, binaries, fsync);
  writeFileSync(join(folder, 'ready'), '');
  return cluster;
}

async function temporaryFolder(user: OperatingUser | undefined): Promise<string> {
  const parent = user === undefined || isReachableByOthers(tmpdir()) ? tmpdir() : '/var/tmp';
  await sweepLeftovers(parent);
  const folder = mkdtempSync(join(parent, temporaryPrefix));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'owner'), String(process.pid));
  return folder;
}

/**
 * A wanted folder that the server's user cannot reach (a closed home of root) is replaced by one under /var/tmp, the same for
 * the same wish. A signpost stays in the wanted folder; whoever removes that folder removes the cluster, at the next start.
 */
async function lastingFolder(directory: string, user: OperatingUser | undefined): Promise<string> {
  const wanted = resolve(directory);
  mkdirSync(wanted, { recursive: true, mode: 0o755 });
  if (user === undefined || isReachableByOthers(wanted)) return wanted;
  await sweepAside(asideParent);
  const aside = join(asideParent, `${asidePrefix}${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
  mkdirSync(aside, { recursive: true, mode: 0o755 });
  writeFileSync(join(aside, signpostBack), wanted);
  writeFileSync(join(wanted, signpost), `${aside}\n`);
  return aside;
}

function passwordOf(folder: string): string {
  const file = join(folder, 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('base64url'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** The server's user cannot read our own password file, so it gets one of its own for the moment. */
function passwordFileFor(cluster: Cluster): string {
  const file = join(cluster.folder, 'initdb-password');
  writeFileSync(file, `${cluster.password}\n`, { mode: 0o600 });
  if (cluster.user !== undefined) chownSync(file, cluster.user.uid, cluster.user.gid);
  return file;
}

async function initialise(cluster: Cluster, binaries: PostgresBinaries, fsync: boolean): Promise<void> {
  const passwordFile = passwordFileFor(cluster);
  const flags = [
    '--encoding=UTF8',
    '--locale=C',
    '--auth=scram-sha-256',
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    ...(fsync ? [] : ['--no-sync']),
  ];
  const child = spawn(binaries.initdb, ['-D', cluster.data, ...flags], { ...cluster.user, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((settle, reject) => {
    child.once('error', reject);
    child.once('close', settle);
  }).catch((cause: unknown) => {
    throw new ProofError('PROOF_POSTGRES_BINARIES', `${binaries.initdb} could not be started.`, { cause });
  });
  rmSync(passwordFile, { force: true });
  if (code !== 0)
    throw new ProofError(
      'PROOF_POSTGRES_START',
      `initdb in ${cluster.data} ended with ${code}: ${output.trim().split('\n').slice(-4).join(' | ')}`,
    );
}
