/** Finds out before the start whether a port is free, and who holds it when it is not. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { GatewayError } from '../errors.ts';

/** @throws GatewayError GATEWAY_PORT_IN_USE, naming the holder's pid and the next command where the system tells (Linux) */
export async function assertPortFree(host: string, port: number, setting: string): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (cause: NodeJS.ErrnoException) => reject(describeUse(host, port, setting, cause)));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

function describeUse(host: string, port: number, setting: string, cause: NodeJS.ErrnoException): GatewayError {
  if (cause.code !== 'EADDRINUSE')
    return new GatewayError('GATEWAY_PORT_IN_USE', `${host}:${port} (${setting}) cannot be listened on: ${cause.message}`, { cause });
  const holder = findHolder(port);
  const who = holder === undefined ? 'another process' : `process ${holder.pid} (${holder.command})`;
  const next = holder === undefined ? `See who holds it with: ss -ltnp 'sport = :${port}'` : `Stop it with: kill ${holder.pid}`;
  return new GatewayError('GATEWAY_PORT_IN_USE', `Port ${port} on ${host} (${setting}) is in use by ${who}.`, {
    cause,
    fix: `${next}; or choose another ${setting} in the configuration.`,
  });
}

function findHolder(port: number): { pid: number; command: string } | undefined {
  try {
    const sockets = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningSockets(file, port));
    if (sockets.length === 0) return undefined;
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry) || !holdsOneOf(entry, sockets)) continue;
      return { pid: Number(entry), command: readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 120) };
    }
  } catch {
    return undefined; // no /proc here: the message does without the pid
  }
  return undefined;
}

function listeningSockets(file: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync(file, 'utf8').split('\n').slice(1);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((columns) => columns[1]?.endsWith(suffix) && columns[3] === '0A')
    .map((columns) => `socket:[${columns[9]}]`);
}

function holdsOneOf(pid: string, sockets: readonly string[]): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((descriptor) => sockets.includes(linkOf(`/proc/${pid}/fd/${descriptor}`)));
  } catch {
    return false; // another user's process, or one that just ended
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed in the meantime
  }
}
