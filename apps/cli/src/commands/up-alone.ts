/** `banyan up --only quiz`: programs of a system alone on what they have stored, to be looked at or debugged; nothing is in front of them. */
import type { CommandCall } from '../command-line.ts';
import { CliError } from '../errors.ts';
import { formatMs, marks, type Reporter } from '../output.ts';
import type { LocatedSystem } from '../running/locate-system.ts';
import { chooseBus } from '../running/bus.ts';
import { addressesOf } from '../running/program-specs.ts';
import { startSystem } from '../running/start-system.ts';
import { createStopSignal } from '../running/stop-signal.ts';

const inspecting = { nodeArguments: ['--inspect=127.0.0.1:0'], environment: {} };
const plain = { nodeArguments: [], environment: {} };

export async function upAlone(call: CommandCall, system: LocatedSystem, names: readonly string[], reporter: Reporter): Promise<number> {
  requireKnown(system, names);
  const stop = createStopSignal();
  const running = await startSystem({
    system,
    kind: 'up',
    fresh: call.options['fresh'] === true,
    only: names,
    bus: chooseBus(call),
    signal: stop.signal,
    port: 0,
    gatewayWorkers: 1,
    seedScale: 1,
    reporter,
    listener: { onExit: (program, outcome) => reporter.warn(`${program.name} ended (${outcome}); it is started again`) },
    instrument: (name) => (call.options['inspect'] === true && names.includes(name) ? inspecting : plain),
  });
  const { plan } = running;
  const started = addressesOf(plan, names);
  if (call.json) process.stdout.write(`${JSON.stringify({ system: system.definition.name, programs: started })}\n`);
  else {
    reporter.line(`\n  ready in ${formatMs(running.readyMs)}; what others own is not asked, so calls to them fail`);
    for (const { name, url, internalUrl, databaseUrl, log } of started)
      for (const line of [
        `${name.padEnd(12)} ${url}   health and metrics ${internalUrl}`,
        `${''.padEnd(12)} ${databaseUrl}`,
        `${''.padEnd(12)} ${log}`,
      ])
        reporter.line(`  ${marks.next} ${line}`);
  }
  await stop.requested;
  reporter.line('\n  stopping …');
  await running.stop();
  return 0;
}

function requireKnown({ definition, configFile }: LocatedSystem, names: readonly string[]): void {
  const known = Object.keys(definition.programs);
  const attached = names.find((name) => definition.programs[name]?.attached !== undefined);
  if (attached !== undefined) throw new CliError('CLI_OPTION_INVALID', `"${attached}" is attached: it is not ours to start.`, 'banyan up');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new CliError('CLI_OPTION_INVALID', `${configFile} has no program "${unknown}"; it has: ${known.join(', ')}.`, 'banyan up --help');
}
