/** Runs a program that does its work and ends. */
import { spawn } from 'node:child_process';
import { CliError } from '../errors.ts';
import { requireBuilt } from './require-built.ts';

/** Fails with what it printed. */
export async function runToEnd(
  name: string,
  entry: string,
  args: readonly string[],
  environment: Record<string, string>,
  directory: string,
): Promise<void> {
  requireBuilt(entry);
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'UTC', ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4_000)));
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(code === 0 ? '' : `ended with ${signal ?? `exit code ${code}`}`));
  });
  if (how === '') return;
  const details = output.trim().split('\n').slice(-12);
  throw new CliError('CLI_PROGRAM_FAILED', `The ${name} step ${how}.`, `Mend what it says above, then run the same command again`, {
    details,
  });
}
