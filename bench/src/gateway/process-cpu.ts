/** CPU time of one process as the system counts it: it holds under load, where requests per second do not. */
import { readFileSync } from 'node:fs';

/** A clock tick of /proc/PID/stat (USER_HZ, 100 on every Linux Node runs on), in microseconds. */
const tickMicroseconds = 10_000;

/** User and system time so far, in microseconds. Linux only: throws with that sentence elsewhere. */
export function cpuMicroseconds(pid: number): number {
  if (process.platform !== 'linux')
    throw new Error('CPU per request is read from /proc/PID/stat, which only Linux has: run this benchmark on Linux.');
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMicroseconds;
}
