#!/usr/bin/env node
/** The banyan command: finds the command that was named, runs it, and turns every failure into a sentence and a next step. */
import { helpOf, helpOfAll, nearestCommand, parseCall, type CommandDescription } from './command-line.ts';
import { advance } from './commands/advance.ts';
import { audit } from './commands/audit.ts';
import { back } from './commands/back.ts';
import { consoleLink } from './commands/console.ts';
import { corrections } from './commands/corrections.ts';
import { deadLetters } from './commands/dead-letters.ts';
import { demo } from './commands/demo.ts';
import { detach } from './commands/detach.ts';
import { doctor } from './commands/doctor.ts';
import { mismatches } from './commands/mismatches.ts';
import { prove } from './commands/prove.ts';
import { redrive } from './commands/redrive.ts';
import { rehearse } from './commands/rehearse.ts';
import { restart } from './commands/restart.ts';
import { retire } from './commands/retire.ts';
import { sagas } from './commands/sagas.ts';
import { status } from './commands/status.ts';
import { trace } from './commands/trace.ts';
import { up } from './commands/up.ts';
import { verify } from './commands/verify.ts';
import { CliError, explainError } from './errors.ts';
import { printError } from './output.ts';

const commands: readonly CommandDescription[] = [
  demo,
  up,
  consoleLink,
  status,
  advance,
  back,
  verify,
  mismatches,
  rehearse,
  retire,
  corrections,
  restart,
  detach,
  trace,
  sagas,
  deadLetters,
  redrive,
  audit,
  prove,
  doctor,
];

const [word, ...rest] = process.argv.slice(2);
process.on('uncaughtException', (error) => {
  complain(error);
  process.exit(1); // the guard ends what was started
});
try {
  process.exitCode = await dispatch(word, rest);
} catch (error) {
  complain(error);
}

function complain(error: unknown): void {
  printError(explainError(error), rest.at(-1) === '--json' || (rest.includes('--json') && word !== 'prove'));
  if (process.env['BANYAN_DEBUG'] !== undefined) console.error(error);
  process.exitCode = 1;
}

async function dispatch(name: string | undefined, words: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(helpOfAll(commands));
    return 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknownCommand(name);
  const call = parseCall(command, words);
  if (call.help) {
    process.stdout.write(helpOf(command));
    return 0;
  }
  return command.run(call);
}

function unknownCommand(name: string): CliError {
  const near = nearestCommand(name, commands);
  const fix = near === undefined ? 'banyan --help' : `banyan ${near}`;
  return new CliError('CLI_COMMAND_UNKNOWN', `There is no command "${name}".`, fix);
}
