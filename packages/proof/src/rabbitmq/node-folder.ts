// The files of one private RabbitMQ node: what it stores, how it is told where to listen, and who it is to Erlang.
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../postgres/leftovers.ts';
import { isReachableByOthers } from '../postgres/operating-user.ts';
import type { ServerUser } from './installation.ts';

const temporaryPrefix = 'banyan-rabbitmq-';
const asideParent = '/var/tmp';
const asidePrefix = 'banyan-node-';
const signpostName = 'lies-elsewhere';
const signpostBack = 'wanted-in';

export interface NodeFolder {
  readonly path: string;
  readonly nodeName: string;
  readonly user: string;
  readonly password: string;
  remove(): void;
}

/** A node keeps its name and its password with its files; without a directory they are temporary, and those of dead owners are swept first. */
export async function prepareNodeFolder(directory: string | undefined, serverUser: ServerUser | undefined): Promise<NodeFolder> {
  const path = directory === undefined ? await temporaryFolder(serverUser) : lastingFolder(directory, serverUser);
  await endWhatRunsOn(path);
  const [nodeName, password] = [keep(path, 'node-name', () => `banyan-${randomBytes(4).toString('hex')}@localhost`), keepPassword(path)];
  for (const name of ['data', 'log', 'home']) own(join(path, name), serverUser);
  return { path, nodeName, user: 'banyan', password, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Written before each start, readable by the server alone. */
export function writeConfiguration(folder: NodeFolder, port: number, serverUser: ServerUser | undefined): void {
  const settings = [
    `listeners.tcp.1 = 127.0.0.1:${port}`,
    `default_user = ${folder.user}`,
    `default_pass = ${folder.password}`,
    'log.file = false',
    'log.console = true',
    'log.console.level = info',
    // A machine that is nearly full still runs its tests.
    'disk_free_limit.absolute = 50MB',
  ];
  const files = { 'rabbitmq.conf': `${settings.join('\n')}\n`, plugins: '[].\n' };
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder.path, name);
    writeFileSync(file, content, { mode: 0o600 });
    if (serverUser !== undefined) chownSync(file, serverUser.uid, serverUser.gid);
  }
}

/** Remembers processes that belong to the folder, so that the next start can end what a killed run has left. */
export function noteProcesses(folder: NodeFolder, pids: readonly number[]): void {
  writeFileSync(join(folder.path, 'processes'), pids.join('\n'));
}

async function temporaryFolder(serverUser: ServerUser | undefined): Promise<string> {
  const parent = serverUser === undefined || isReachableByOthers(tmpdir()) ? tmpdir() : '/var/tmp';
  await sweepLeftovers(parent);
  const folder = mkdtempSync(join(parent, temporaryPrefix));
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'owner'), String(process.pid));
  return folder;
}

/** A folder that the server's user cannot reach (a closed home of root) is replaced by one under /var/tmp, for as long as its signpost stands in the wanted one. */
function lastingFolder(directory: string, serverUser: ServerUser | undefined): string {
  const wanted = resolve(directory);
  mkdirSync(wanted, { recursive: true, mode: 0o755 });
  if (serverUser === undefined || isReachableByOthers(wanted)) return wanted;
  const aside = join(asideParent, `${asidePrefix}${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`);
  const signpost = join(wanted, signpostName);
  for (const left of asides().filter((one) => !existsSync(join(readFileSync(join(one, signpostBack), 'utf8'), signpostName))))
    rmSync(left, { recursive: true, force: true });
  mkdirSync(aside, { recursive: true, mode: 0o755 });
  writeFileSync(join(aside, signpostBack), wanted);
  writeFileSync(signpost, `${aside}\n`);
  return aside;
}

/** Folders in the place of wanted ones; whoever removes the wanted one removes the other, at the next start. */
function asides(): string[] {
  const folders = readdirSync(asideParent).filter((name) => name.startsWith(asidePrefix));
  return folders.map((name) => join(asideParent, name)).filter((folder) => existsSync(join(folder, signpostBack)));
}

async function sweepLeftovers(parent: string): Promise<void> {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const folder = join(parent, name);
    const owner = join(folder, 'owner');
    if (statSync(folder, { throwIfNoEntry: false })?.uid !== (process.getuid?.() ?? 0) || !existsSync(owner)) continue;
    if (isAlive(Number(readFileSync(owner, 'utf8')))) continue;
    await endWhatRunsOn(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function endWhatRunsOn(folder: string): Promise<void> {
  const file = join(folder, 'processes');
  if (!existsSync(file)) return;
  for (const pid of readFileSync(file, 'utf8').split('\n').map(Number)) {
    if (!isOfFolder(pid, folder)) continue; // also when it ended with the one before it
    process.kill(pid, 'SIGKILL');
    while (isAlive(pid)) await delay(20);
  }
  rmSync(file, { force: true });
}

/** An id may have gone to another program meanwhile: its environment tells, and no other has this folder in it. */
function isOfFolder(pid: number, folder: string): boolean {
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}

function keepPassword(folder: string): string {
  return keep(folder, 'password', () => randomBytes(18).toString('base64url'));
}

function keep(folder: string, name: string, make: () => string): string {
  const file = join(folder, name);
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

function own(folder: string, serverUser: ServerUser | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (serverUser !== undefined) chownSync(folder, serverUser.uid, serverUser.gid);
}
