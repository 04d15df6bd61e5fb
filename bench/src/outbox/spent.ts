/** What a piece of work costs: time, CPU of this process and of the whole server, and write-ahead log. CPU and log hold under load, time does not. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Pool } from 'pg';

export interface Spent {
  readonly ms: number;
  /** Of this process and of PostgreSQL; NaN where there is no /proc. */
  readonly cpuMs: number;
  readonly walBytes: number;
}

/** @param serverPid process id of the PostgreSQL server. */
export async function measureSpent(pool: Pool, serverPid: number, work: () => Promise<void>): Promise<Spent> {
  const before = await look(pool, serverPid);
  await work();
  const after = await look(pool, serverPid);
  return { ms: after.ms - before.ms, cpuMs: after.cpuMs - before.cpuMs, walBytes: after.walBytes - before.walBytes };
}

async function look(pool: Pool, serverPid: number): Promise<Spent> {
  const { rows } = await pool.query<{ bytes: string }>("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint as bytes");
  const { user, system } = process.cpuUsage();
  return {
    ms: performance.now(),
    cpuMs: (user + system) / 1_000 + (process.platform === 'linux' ? serverCpuMs(serverPid) : Number.NaN),
    walBytes: Number(rows[0]!.bytes),
  };
}

/** A clock tick of /proc/PID/stat (USER_HZ, 100 on every Linux Node runs on). */
const tickMs = 10;

/** The server, the sessions it has, and those that have ended. */
function serverCpuMs(serverPid: number): number {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const ticks = processes.map((name) => {
    const [parent, user = 0, system = 0, endedUser = 0, endedSystem = 0] = fieldsOf(name);
    if (Number(name) === serverPid) return user + system + endedUser + endedSystem;
    return parent === serverPid ? user + system : 0;
  });
  return ticks.reduce((sum, one) => sum + one, 0) * tickMs;
}

/** Parent, and times in ticks: own and of ended children; empty when the process has ended meanwhile. */
function fieldsOf(pid: string): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [1, 11, 12, 13, 14].map((place) => Number(fields[place]));
  } catch {
    return [];
  }
}
