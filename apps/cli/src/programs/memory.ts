/** Memory of a set of processes as the sum of PSS: shared pages are counted once, in proportion. */
import { readdirSync, readFileSync } from 'node:fs';

/** Sum over the processes and all their descendants, in MB; falls back to resident size where PSS cannot be read. */
export function memoryMb(pids: readonly number[]): number {
  const all = withDescendants(pids);
  const kilobytes = [...all].reduce((sum, pid) => sum + proportionalKb(pid), 0);
  return Math.round(kilobytes / 1024);
}

function withDescendants(pids: readonly number[]): Set<number> {
  const childrenByParent = Map.groupBy(parentage(), (entry) => entry.parent);
  const found = new Set<number>();
  const queue = [...pids];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    if (found.has(pid)) continue;
    found.add(pid);
    queue.push(...(childrenByParent.get(pid) ?? []).map((entry) => entry.pid));
  }
  return found;
}

function parentage(): { pid: number; parent: number }[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const stat = statOf(Number(name));
        return stat === undefined ? [] : [{ pid: Number(name), parent: stat.parent }];
      });
  } catch {
    return [];
  }
}

/** Parent and start time (in clock ticks since boot) of a process; undefined when it is gone or the platform has no /proc. */
export function statOf(pid: number): { parent: number; startedTicks: string; state: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', parent: Number(fields[1]), startedTicks: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function proportionalKb(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return residentKb(pid);
  }
}

function residentKb(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
