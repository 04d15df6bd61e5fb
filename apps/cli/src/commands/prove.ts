/** `banyan prove`: the whole journey headless, with kills at every named crash point, counted outside afterwards. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { numberOption, textOption, type CommandDescription } from '../command-line.ts';
import { runJourney } from '../journey/run-journey.ts';
import { printProof } from '../journey/proof-report.ts';
import { createReporter } from '../output.ts';
import { findFreePorts } from '../programs/ports.ts';
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
    short: { type: 'boolean', help: 'a few kills only; for the test suite' },
    port: { type: 'string', value: 'PORT', help: 'port of the gateway (a free one)' },
    workers: { type: 'string', value: 'N', help: 'gateway workers (2)' },
  },
  async run(call) {
    const file = textOption(call, 'json-file');
    const reporter = createReporter(call.json);
    const [freePort = 0] = await findFreePorts(1);
    const stop = createStopSignal();
    const outcome = await runJourney({
      system: await locateSystem(call.positionals[0] ?? 'node-learn'),
      kind: 'prove',
      port: numberOption(call, 'port', freePort, { min: 1, max: 65_535 }),
      gatewayWorkers: numberOption(call, 'workers', 2, { min: 1, max: 64 }),
      rate: numberOption(call, 'rate', 100, { min: 1, max: 2_000 }),
      thoroughness: call.options['short'] === true ? 'short' : 'full',
      reporter,
      signal: stop.signal,
    });
    stop.dispose();
    if (file !== undefined) writeFileSync(resolve(process.env['INIT_CWD'] ?? process.cwd(), file), `${JSON.stringify(outcome, null, 2)}\n`);
    if (call.json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    else printProof(outcome, reporter);
    return outcome.ok ? 0 : 1;
  },
};
