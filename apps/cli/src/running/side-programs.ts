/**
 * The monolith's side programs, as the controller wants them: what it runs for that leaves word in the folder of the run, and ends when the run has done so.
 * The word outlives the run: a mailer that was stopped because another sends in its place is not started again with the rest.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SideProgramCommands } from '@banyan/migration/side-programs';
import { repeat, type Repeated } from '@banyan/service/repeat';
import { CliError } from '../errors.ts';

export type SideProgramWord = 'stop' | 'start';

export interface SideProgram {
  /** Folder of the run. */
  readonly directory: string;
  readonly name: string;
}

const lookEveryMs = 100;
/** The controller waits for 30 s. */
const timeoutMs = 25_000;

export function isSideProgramWord(text: string | undefined): text is SideProgramWord {
  return text === 'stop' || text === 'start';
}

/** What the controller is to run. */
export function sideProgramCommands({ directory, name }: SideProgram): SideProgramCommands {
  const entry = fileURLToPath(new URL('../../dist/side-program.js', import.meta.url));
  const command = (word: SideProgramWord) => [process.execPath, entry, word, directory, name];
  return { stop: command('stop'), start: command('start') };
}

/** Resolves when the run has done so; repeated, it changes nothing. Throws CLI_PROGRAM_FAILED when nobody has in 25 s. */
export async function askForSideProgram(program: SideProgram, word: SideProgramWord): Promise<void> {
  keep(program, 'wanted', word);
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await pause(lookEveryMs))
    if (read(program, 'done') === word) return;
  const { name, directory } = program;
  throw new CliError(
    'CLI_PROGRAM_FAILED',
    `Nobody did ${word} ${name} within ${timeoutMs / 1000} s.`,
    `less ${directory}/logs/${name}.log`,
  );
}

/** As it was wanted last, also in an earlier start of this run. */
export function isStopped(program: SideProgram): boolean {
  return read(program, 'wanted') === 'stop';
}

export interface FollowOptions<Spec extends Pick<SideProgram, 'name'>> {
  readonly directory: string;
  readonly specs: readonly Spec[];
  readonly stop: (name: string) => Promise<void>;
  readonly start: (spec: Spec) => Promise<unknown>;
  readonly onFailure: (error: unknown) => void;
}

/** Does what is wanted as long as the run lasts. It begins when those are running that are not stopped. */
export function followSidePrograms<Spec extends Pick<SideProgram, 'name'>>(options: FollowOptions<Spec>): Repeated {
  const { directory, specs, stop, start, onFailure } = options;
  const stopped = new Set(specs.filter(({ name }) => isStopped({ directory, name })));
  const follow = async (spec: Spec) => {
    const program = { directory, name: spec.name };
    const wanted = read(program, 'wanted');
    if (wanted === 'stop' && !stopped.has(spec)) {
      await stop(spec.name);
      stopped.add(spec);
    }
    if (wanted === 'start' && stopped.has(spec)) {
      await start(spec);
      stopped.delete(spec);
    }
    if (wanted !== undefined && read(program, 'done') !== wanted) keep(program, 'done', wanted);
  };
  const followAll = async () => {
    try {
      for (const spec of specs) await follow(spec);
      return true;
    } catch (error) {
      onFailure(error);
      return false;
    }
  };
  return repeat(followAll, { everyMs: lookEveryMs });
}

function read(program: SideProgram, what: 'wanted' | 'done'): SideProgramWord | undefined {
  const file = fileOf(program, what);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  return isSideProgramWord(text) ? text : undefined;
}

function keep(program: SideProgram, what: 'wanted' | 'done', word: SideProgramWord): void {
  const file = fileOf(program, what);
  mkdirSync(join(program.directory, 'side-programs'), { recursive: true });
  writeFileSync(`${file}.new`, word);
  renameSync(`${file}.new`, file);
}

function fileOf({ directory, name }: SideProgram, what: 'wanted' | 'done'): string {
  return join(directory, 'side-programs', `${name}.${what}`);
}
