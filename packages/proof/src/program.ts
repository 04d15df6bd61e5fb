// Starts one program of a system for a test, waits until it answers, and ends it by its id.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { ProofError } from './errors.ts';

export interface ProgramOptions {
  readonly name: string;
  /** Compiled entry file. */
  readonly entry: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Node options, such as `--import`. */
  readonly nodeArguments?: readonly string[];
  /** Answers below 500 when the program is ready. */
  readonly readyUrl?: string;
  /** For one that answers nobody: what it writes when it is ready. Without either it is ready when it ends with code 0 (it does one thing). */
  readonly readyText?: string;
  /** Default 120,000. */
  readonly timeoutMs?: number;
}

export interface Program {
  readonly pid: number;
  /** Last lines of its output. */
  output(): string;
  /** SIGTERM, then SIGKILL after 10 s. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

const keptOutput = 20_000;
const startTimeoutMs = 120_000;
const stopTimeoutMs = 10_000;

export async function startProgram(options: ProgramOptions): Promise<Program> {
  const child = spawn(process.execPath, [...(options.nodeArguments ?? []), options.entry], {
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-keptOutput));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const last = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await ended.finally(() => clearTimeout(last));
  };
  const dieWithUs = () => void child.kill('SIGKILL');
  process.once('exit', dieWithUs);
  void ended.then(() => process.removeListener('exit', dieWithUs));
  try {
    await untilReady(child, ended, options, () => output);
  } catch (cause) {
    await end('SIGKILL');
    throw new ProofError(
      'PROOF_PROGRAM',
      `${options.name} did not start: ${(cause as Error).message}. Its output ends: ${output.trim().slice(-600)}`,
      { cause },
    );
  }
  return { pid: child.pid ?? 0, output: () => output, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

async function untilReady(
  child: ChildProcess,
  ended: Promise<number | null>,
  options: ProgramOptions,
  output: () => string,
): Promise<void> {
  const deadline = performance.now() + (options.timeoutMs ?? startTimeoutMs);
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  while (performance.now() < deadline) {
    if (options.readyText !== undefined) {
      if (output().includes(options.readyText)) return;
    } else if (options.readyUrl === undefined) {
      if (!isOver()) await Promise.race([ended, delay(deadline - performance.now())]);
      if (isOver() && (await ended) === 0) return;
    } else if (!isOver() && (await answers(options.readyUrl))) return;
    if (isOver()) throw new Error(`it ended with code ${child.exitCode}`);
    await delay(30);
  }
  throw new Error(`not ready within ${options.timeoutMs ?? startTimeoutMs} ms`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await request(url, { headersTimeout: 1000, bodyTimeout: 1000 });
    await response.body.dump();
    return response.statusCode < 500;
  } catch {
    return false;
  }
}
