/** `banyan prove`: the whole journey headless, with kills at every named crash point, counted outside afterwards. */
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { numberOption, textOption, type CommandCall, type CommandDescription } from '../command-line.ts';
import { CliError } from '../errors.ts';
import { runJourney } from '../journey/run-journey.ts';
import { printProof } from '../journey/proof-report.ts';
import { createReporter } from '../output.ts';
import { findFreePorts } from '../programs/ports.ts';
import { busOption, chooseBus } from '../running/bus.ts';
import { locateSystem } from '../running/locate-system.ts';
import { createStopSignal } from '../running/stop-signal.ts';

export const prove: CommandDescription = {
  name: 'prove',
  usage: 'prove <system> [--json FILE]',
  summary:
    'Proves that nothing is lost: traffic, moves, kills at every crash point, then a count outside. Exit code 1 when anything is lost, doubled or differs.',
  options: {
    'json-file': { type: 'string', help: 'where the report goes' },
    rate: { type: 'string', value: 'N', help: 'requests per second (100)' },
    short: { type: 'boolean', help: 'a few kills only, and no waiting for gates; for the test suite' },
    port: { type: 'string', value: 'PORT', help: 'port of the gateway (a free one)' },
    workers: { type: 'string', value: 'N', help: 'gateway workers (2)' },
    ...busOption,
  },
  async run(call) {
    const file = reportFile(call);
    const reporter = createReporter(call.json);
    const [freePort = 0] = await findFreePorts(1);
    const stop = createStopSignal();
    const outcome = await runJourney({
      system: await locateSystem(call.positionals[0] ?? 'node-learn'),
      kind: 'prove',
      port: numberOption(call, 'port', freePort, { min: 1, max: 65_535 }),
      bus: chooseBus(call),
      gatewayWorkers: numberOption(call, 'workers', 2, { min: 1, max: 64 }),
      rate: numberOption(call, 'rate', 100, { min: 1, max: 2_000 }),
      ...(call.options['short'] === true ? { thoroughness: 'short', force: true } : { thoroughness: 'full' }),
      reporter,
      signal: stop.signal,
    });
    stop.dispose();
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(outcome, null, 2)}\n`);
    if (call.json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    else printProof(outcome, reporter);
    return outcome.ok ? 0 : 1;
  },
};

/** Where the report goes; that it can go there is known before the long run, not after it. */
function reportFile(call: CommandCall): string | undefined {
  const given = textOption(call, 'json-file');
  if (given === undefined) return undefined;
  const file = resolve(process.env['INIT_CWD'] ?? process.cwd(), given);
  try {
    closeSync(openSync(file, 'a'));
    return file;
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new CliError('CLI_OPTION_INVALID', `The report cannot be written to ${file} (${code}).`, `ls -ld ${dirname(file)}`, { cause });
  }
}
