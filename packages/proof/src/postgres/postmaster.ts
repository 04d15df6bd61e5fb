// One running PostgreSQL server process: started, watched until it is ready, stopped, and never left behind by a normal exit.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ProofError } from '../errors.ts';
import { type PostgresBinaries } from './binaries.ts';
import { type Cluster } from './cluster.ts';
import { endPostmaster, runningPostmaster } from './leftovers.ts';

const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const keptLogLines = 50;

export interface Postmaster {
  readonly pid: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** fast: running statements are cancelled, data is flushed. immediate: as in a crash; the next start recovers. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
}

export async function startPostmaster(
  cluster: Cluster,
  binaries: PostgresBinaries,
  settings: readonly string[],
  onLog: (line: string) => void,
): Promise<Postmaster> {
  const former = runningPostmaster(cluster.data);
  if (former !== undefined) await endPostmaster(former);
  // Detached: a Ctrl-C in the terminal must not take the database away before the programs that use it.
  const child = spawn(binaries.postgres, ['-D', cluster.data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...cluster.user,
    cwd: '/',
    detached: true,
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killOnExit = () => void child.kill('SIGQUIT');
  process.once('exit', killOnExit);
  const ended = new Promise<void>((settle) => {
    child.once('error', () => settle());
    child.once('exit', () => settle());
  }).finally(() => process.removeListener('exit', killOnExit));
  await untilReady(child, onLog);
  return { pid: child.pid ?? 0, ended, stop: (mode) => stopChild(child, ended, mode) };
}

function untilReady(child: ChildProcess, onLog: (line: string) => void): Promise<void> {
  const tail: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => {
      clearTimeout(timer);
      reject(new ProofError('PROOF_POSTGRES_START', `PostgreSQL ${why}: ${tail.slice(-6).join(' | ') || 'no output'}`, { cause }));
    };
    const timer = setTimeout(() => {
      child.kill('SIGQUIT');
      fail(`was not ready within ${startTimeoutMs} ms`);
    }, startTimeoutMs);
    child.once('error', (cause) => fail('could not be started', cause));
    child.once('exit', (code) => fail(`ended with ${code} while starting`));
    createInterface({ input: child.stderr! }).on('line', (line) => {
      tail.push(line);
      if (tail.length > keptLogLines) tail.shift();
      onLog(line);
      if (!line.includes('database system is ready to accept connections')) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

async function stopChild(child: ChildProcess, ended: Promise<void>, mode: 'fast' | 'immediate'): Promise<void> {
  child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'late'>((settle) => (timer = setTimeout(() => settle('late'), stopTimeoutMs)));
  const outcome = await Promise.race([ended, timeout]).finally(() => clearTimeout(timer));
  if (outcome !== 'late') return;
  child.kill('SIGQUIT');
  throw new ProofError('PROOF_POSTGRES_STOP', `PostgreSQL (process ${child.pid}) did not stop within ${stopTimeoutMs} ms.`);
}
