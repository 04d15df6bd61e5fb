// The processes of one private RabbitMQ node: Erlang's port mapper and the node itself, both ours, both ended by their ids.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ProofError } from '../errors.ts';
import { findEpmd, type ServerUser } from './installation.ts';
import { noteProcesses, type NodeFolder } from './node-folder.ts';

const startTimeoutMs = 170_000;
const stopTimeoutMs = 30_000;
const keptLogLines = 50;

export interface NodeProcess {
  readonly pid: number;
  /** Of the node and of its port mapper. */
  readonly pids: readonly number[];
  /** Resolves when the node has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** In order: what is stored is flushed. By force when that takes more than 30 s. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface NodeSettings {
  readonly program: string;
  readonly folder: NodeFolder;
  readonly serverUser: ServerUser | undefined;
  readonly ports: { readonly mapper: number; readonly distribution: number };
  readonly onLog: (line: string) => void;
}

/** What the node, and commands that talk to it, have to be told; nothing of the machine's own RabbitMQ is read. */
export function nodeEnvironment({ folder, ports }: Pick<NodeSettings, 'folder' | 'ports'>): Record<string, string> {
  const inFolder = (name: string) => join(folder.path, name);
  return {
    PATH: process.env['PATH'] ?? '',
    LC_ALL: 'C.UTF-8',
    HOME: inFolder('home'),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: String(ports.mapper),
    RABBITMQ_NODENAME: folder.nodeName,
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_MNESIA_BASE: inFolder('data'),
    RABBITMQ_LOG_BASE: inFolder('log'),
    RABBITMQ_PID_FILE: inFolder('data/pid'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: inFolder('rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: inFolder('plugins'),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    // The script becomes the node instead of watching it: one process, whose id is known.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}

/** Resolves when the node takes connections. */
export async function startNodeProcess(settings: NodeSettings): Promise<NodeProcess> {
  const { program, folder, serverUser, ports } = settings;
  const environment = nodeEnvironment(settings);
  const options = { ...serverUser, cwd: '/', detached: true, env: environment } as const;
  const mapper = spawn(findEpmd(), ['-port', String(ports.mapper), '-address', '127.0.0.1'], { ...options, stdio: 'ignore' });
  const node = spawn(program, [], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const killBoth = () => [node, mapper].forEach((child) => child.kill('SIGKILL'));
  process.once('exit', killBoth);
  const pids = [node.pid, mapper.pid].filter((pid) => pid !== undefined);
  noteProcesses(folder, pids);
  const ended = endOf(node).then(async () => {
    process.removeListener('exit', killBoth);
    mapper.kill('SIGKILL');
    await endOf(mapper);
  });
  try {
    await untilReady(node, mapper, settings.onLog);
  } catch (error) {
    killBoth();
    await ended;
    throw error;
  }
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    node.kill(signal);
    const last = setTimeout(() => node.kill('SIGKILL'), stopTimeoutMs);
    await ended.finally(() => clearTimeout(last));
  };
  return { pid: node.pid ?? 0, pids, ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

function endOf(child: ChildProcess): Promise<void> {
  return new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}

function untilReady(node: ChildProcess, mapper: ChildProcess, onLog: (line: string) => void): Promise<void> {
  const tail: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => {
      clearTimeout(timer);
      reject(new ProofError('PROOF_RABBITMQ_START', `RabbitMQ ${why}: ${tail.slice(-6).join(' | ') || 'no output'}`, { cause }));
    };
    const timer = setTimeout(() => fail(`was not ready within ${startTimeoutMs} ms`), startTimeoutMs);
    for (const child of [node, mapper]) child.once('error', (cause) => fail('could not be started', cause));
    node.once('exit', (code) => fail(`ended with ${code} while starting`));
    const hear = (line: string) => {
      tail.push(line);
      if (tail.length > keptLogLines) tail.shift();
      onLog(line);
      if (!line.includes('Server startup complete')) return;
      clearTimeout(timer);
      resolve();
    };
    for (const stream of [node.stdout!, node.stderr!]) createInterface({ input: stream }).on('line', hear);
  });
}
