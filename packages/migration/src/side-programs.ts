/** Stops and starts the monolith's side programs (mailers, crons, pollers) by the commands of the environment. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { causeText, MigrationError } from './errors.ts';

const run = promisify(execFile);

/** Program and arguments; each must be harmless when repeated, and end once the program has stopped or serves. */
export interface SideProgramCommands {
  readonly stop: readonly string[];
  readonly start: readonly string[];
}

export interface SidePrograms {
  stop(name: string): Promise<void>;
  start(name: string): Promise<void>;
}

/** Runs the commands without a shell, at most `timeoutMs` (default 30,000) each. Errors are `MIGRATION_SIDE_PROGRAM`. */
export function createSidePrograms(commands: Readonly<Record<string, SideProgramCommands>>, timeoutMs = 30_000): SidePrograms {
  async function execute(name: string, verb: 'stop' | 'start'): Promise<void> {
    const [file, ...values] = commands[name]?.[verb] ?? [];
    if (file === undefined) {
      throw new MigrationError('MIGRATION_SIDE_PROGRAM', `Side program "${name}" has no ${verb} command.`, {
        fix: `Add sidePrograms.${name}.${verb} to the controller configuration.`,
      });
    }
    try {
      await run(file, values, { timeout: timeoutMs });
    } catch (error) {
      throw new MigrationError('MIGRATION_SIDE_PROGRAM', `Side program "${name}" did not ${verb}: ${causeText(error)}`, { cause: error });
    }
  }
  return { stop: (name) => execute(name, 'stop'), start: (name) => execute(name, 'start') };
}
