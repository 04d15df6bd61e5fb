/** `banyan restart`: ends one program of a system that runs, as after a change of its code; it is started again at once. */
import { setTimeout as delay } from 'node:timers/promises';
import { textOption, type CommandDescription } from '../command-line.ts';
import { CliError } from '../errors.ts';
import { createReporter } from '../output.ts';
import { isAlive, readRunRecord, type RecordedProcess } from '../programs/run-record.ts';
import { findLiveRun, type LiveRun } from '../running/run-directory.ts';
import { systemOption } from './live-controller.ts';

const limitMs = 40_000;

export const restart: CommandDescription = {
  name: 'restart',
  usage: 'restart <program>',
  summary: 'Ends a program of the system that runs here, in order; it is started again at once, as after a change of its code.',
  options: { system: systemOption },
  async run(call) {
    const run = findLiveRun(textOption(call, 'system'));
    const began = performance.now();
    const before = requireProcess(run, call.positionals[0]);
    process.kill(before.pid, 'SIGTERM');
    const now = await successorOf(run, before);
    if (call.json) process.stdout.write(`${JSON.stringify({ program: now.name, pid: now.pid })}\n`);
    else createReporter(false).step(now.name, `started again (pid ${now.pid})`, performance.now() - began);
    return 0;
  },
};

/** PostgreSQL is left out: it ends with what needs it. */
function requireProcess(run: LiveRun, name: string | undefined): RecordedProcess {
  const processes = (readRunRecord(run.directory)?.processes ?? []).filter((entry) => entry.name !== 'postgres');
  const found = processes.find((entry) => entry.name === name);
  if (found !== undefined && isAlive(found)) return found;
  const choice = `Give one of: ${processes.map((entry) => entry.name).join(', ')}`;
  if (found !== undefined)
    throw new CliError('CLI_PROGRAM_FAILED', `${found.name} is being started already.`, `less ${run.directory}/logs/${found.name}.log`);
  throw new CliError('CLI_OPTION_INVALID', name === undefined ? 'No program is named.' : `No program "${name}" was started here.`, choice);
}

async function successorOf(run: LiveRun, before: RecordedProcess): Promise<RecordedProcess> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    const now = readRunRecord(run.directory)?.processes.find((entry) => entry.name === before.name);
    if (now !== undefined && now.pid !== before.pid && now.isReady === true && isAlive(now)) return now;
    await delay(50);
  }
  throw new CliError(
    'CLI_PROGRAM_FAILED',
    `${before.name} was ended, and is not ready again after ${limitMs / 1_000} s.`,
    `less ${run.directory}/logs/${before.name}.log`,
  );
}
