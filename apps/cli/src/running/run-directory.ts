/** Where a run keeps its state, and how other commands find the run that is alive. */
import { accessSync, constants, mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../errors.ts';
import { endLeftovers, isAlive, readRunRecord, type RunFacts } from '../programs/run-record.ts';
import { folderOfSystem, homeDirectory } from './locate-system.ts';

/** `services`: a run that begins at the end of the migration. */
export type RunKind = 'up' | 'demo' | 'prove' | 'services';

const neededMb = 400;

export function runDirectory(system: string, kind: RunKind): string {
  return join(homeDirectory(), '.banyan', system, kind);
}

/** Throws CLI_ALREADY_RUNS. */
export function refuseSecondRun(system: string, kind: RunKind): void {
  const record = readRunRecord(runDirectory(system, kind));
  if (record !== undefined && isAlive(record.owner)) {
    throw new CliError(
      'CLI_ALREADY_RUNS',
      `${system} already runs here (pid ${record.owner.pid}).`,
      `banyan status, or end it first: kill ${record.owner.pid}`,
    );
  }
}

/** Makes the folder ready: ends what a killed run left, refuses when one is alive, clears it when it is to start fresh. */
export async function prepareRunDirectory(system: string, kind: RunKind, fresh: boolean): Promise<{ directory: string; ended: string[] }> {
  const directory = runDirectory(system, kind);
  refuseSecondRun(system, kind);
  const record = readRunRecord(directory);
  const ended = record === undefined ? [] : await endLeftovers(record);
  try {
    if (fresh) rmSync(directory, { recursive: true, force: true });
    else rmSync(join(directory, 'run.json'), { force: true });
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch (error) {
    throw unusable(directory, error);
  }
  requireRoom(directory);
  return { directory, ended };
}

function unusable(directory: string, cause: unknown): CliError {
  const { code = String(cause) } = cause as NodeJS.ErrnoException;
  return new CliError(
    'CLI_FOLDER_UNUSABLE',
    `The state of a run cannot be kept in ${directory} (${code}).`,
    code === 'ENOSPC'
      ? `df -h ${homeDirectory()}`
      : `ls -ld ${join(homeDirectory(), '.banyan')}; the folder and all in it must be yours to write`,
    { cause },
  );
}

function requireRoom(directory: string): void {
  const disk = statfsSync(directory);
  const freeMb = Math.floor((disk.bavail * disk.bsize) / 1e6);
  if (freeMb < neededMb)
    throw new CliError('CLI_DISK_FULL', `Only ${freeMb} MB are free in ${directory}; a run needs ${neededMb} MB.`, `df -h ${directory}`);
}

export interface LiveRun {
  readonly facts: RunFacts;
  readonly kind: string;
  readonly directory: string;
  readonly pid: number;
}

export function findLiveRuns(): LiveRun[] {
  const home = join(homeDirectory(), '.banyan');
  return foldersIn(home).flatMap((system) =>
    foldersIn(join(home, system)).flatMap((kind) => {
      const directory = join(home, system, kind);
      const record = readRunRecord(directory);
      if (record?.facts === undefined || !isAlive(record.owner)) return [];
      return [{ facts: record.facts, kind, directory, pid: record.owner.pid }];
    }),
  );
}

/** The one run that is alive, or of several the one named (`system` or `system/kind`); anything else is an error that says what to do. */
export function findLiveRun(system: string | undefined): LiveRun {
  const runs = findLiveRuns();
  const fitting = system === undefined ? runs : runs.filter((run) => [run.facts.system, nameOfRun(run)].includes(system));
  const [first, second] = fitting;
  if (first === undefined) {
    throw new CliError(
      'CLI_NOTHING_RUNS',
      `${system ?? 'No system'} ${system === undefined ? 'runs' : 'does not run'} from ${homeDirectory()}.`,
      folderOfSystem() === undefined ? `banyan demo ${system ?? 'node-learn'}` : 'banyan up',
    );
  }
  if (second !== undefined) {
    const names = fitting.map(nameOfRun).join(', ');
    throw new CliError('CLI_OPTION_INVALID', `Several systems run: ${names}.`, `Add --system ${nameOfRun(first)}`);
  }
  return first;
}

function nameOfRun(run: LiveRun): string {
  return `${run.facts.system}/${run.kind}`;
}

function foldersIn(directory: string): string[] {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
