/** Ports on 127.0.0.1: finding free ones, and naming who holds a taken one. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { CliError } from '../errors.ts';

/** What this process has asked for: nothing may listen on it yet, and the kernel would give it away a second time. */
const spokenFor = new Set<number>();

/** Asks the kernel for `count` free ports that nobody here has been given before; they are free until another program takes them. */
export async function findFreePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listenOn(0)));
  const found = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const ports = found.filter((port) => !spokenFor.has(port));
  for (const port of ports) spokenFor.add(port);
  return ports.length === count ? ports : [...ports, ...(await findFreePorts(count - ports.length))];
}

/** Fails with the holder's name and pid when `port` is taken; `option` is the one that names another, `spoken` ports this run itself will take. */
export async function requireFreePort(port: number, option = 'port', spoken: readonly number[] = []): Promise<void> {
  if (spoken.includes(port))
    throw new CliError(
      'CLI_PORT_TAKEN',
      `Port ${port} is another one of this run.`,
      `The same command with --${option} ${await freePortAfter(port)}`,
    );
  try {
    const server = await listenOn(port);
    await new Promise((resolve) => server.close(resolve));
    spokenFor.add(port);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? '';
    throw new CliError(
      'CLI_PORT_TAKEN',
      `Port ${port} ${describeTaken(port, reason)}.`,
      `The same command with --${option} ${await freePortAfter(port)}`,
      {
        cause: error,
      },
    );
  }
}

function describeTaken(port: number, reason: string): string {
  if (reason === 'EACCES') return 'is kept for root on this machine';
  if (reason !== 'EADDRINUSE') return `cannot be used (${reason})`;
  const holder = holderOfPort(port);
  return holder === undefined ? 'is held by a program of another user' : `is held by ${holder.command} (pid ${holder.pid})`;
}

async function freePortAfter(port: number): Promise<number> {
  for (let candidate = Math.max(port + 10, 3010); candidate < Math.min(port + 1_000, 65_536); candidate += 10) {
    if (await isFree(candidate)) return candidate;
  }
  const [other = 0] = await findFreePorts(1);
  return other;
}

async function isFree(port: number): Promise<boolean> {
  try {
    const server = await listenOn(port);
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch {
    return false;
  }
}

function listenOn(port: number): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** Looks in /proc for the process that listens on `port`; undefined where that cannot be seen (other user, other platform). */
export function holderOfPort(port: number): { pid: number; command: string } | undefined {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return undefined;
  for (const pid of processIds()) {
    if (openSockets(pid).some((inode) => inodes.has(inode))) return { pid, command: commandOf(pid) };
  }
  return undefined;
}

function listeningInodes(port: number): Set<string> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readOr(file, '').split('\n').slice(1));
  const fields = rows.map((row) => row.trim().split(/\s+/));
  return new Set(fields.filter((row) => row[1]?.endsWith(`:${hexPort}`) && row[3] === '0A').flatMap((row) => row[9] ?? []));
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function openSockets(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
      const target = linkOr(`/proc/${pid}/fd/${name}`);
      return target.startsWith('socket:[') ? target.slice(8, -1) : [];
    });
  } catch {
    return []; // another user's process, or one that just ended
  }
}

function commandOf(pid: number): string {
  const [program = 'an unnamed program', ...rest] = readOr(`/proc/${pid}/cmdline`, '').split('\0').filter(Boolean);
  return [basename(program), ...rest.slice(0, 1)].join(' ');
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}

function linkOr(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
