/** `banyan up`: runs a system and keeps what it stores; no traffic, no journey. */
import { numberOption, type CommandDescription } from '../command-line.ts';
import { createReporter, formatMs, marks } from '../output.ts';
import { locateSystem } from '../running/locate-system.ts';
import { startSystem, type RunningSystem } from '../running/start-system.ts';
import { createStopSignal } from '../running/stop-signal.ts';
import type { Reporter } from '../output.ts';

export const up: CommandDescription = {
  name: 'up',
  usage: 'up <system> [--port 3000]',
  summary: 'Runs a system here and keeps its state between runs. Ends with Ctrl-C.',
  options: {
    port: { type: 'string', value: 'PORT', help: 'port of the gateway (3000)' },
    workers: { type: 'string', value: 'N', help: 'gateway workers (2)' },
    fresh: { type: 'boolean', help: 'forget what an earlier run stored' },
  },
  async run(call) {
    const reporter = createReporter(call.json);
    const system = await locateSystem(call.positionals[0] ?? 'node-learn');
    const stop = createStopSignal();
    const running = await startSystem({
      system,
      kind: 'up',
      fresh: call.options['fresh'] === true,
      signal: stop.signal,
      port: numberOption(call, 'port', 3000, { min: 1, max: 65_535 }),
      gatewayWorkers: numberOption(call, 'workers', 2, { min: 1, max: 64 }),
      seedScale: 1,
      reporter,
      listener: announceDeaths(reporter),
    });
    if (call.json) process.stdout.write(`${JSON.stringify(summaryOf(running))}\n`);
    else printSummary(running, reporter);
    await stop.requested;
    reporter.line('\n  stopping …');
    await running.stop();
    return 0;
  },
};

export function announceDeaths(reporter: Reporter) {
  return { onExit: (program: { name: string }, how: string) => reporter.warn(`${program.name} ended (${how}); it is started again`) };
}

function summaryOf(running: RunningSystem) {
  return {
    system: running.plan.system.definition.name,
    gatewayUrl: running.gatewayUrl,
    readyMs: Math.round(running.readyMs),
    memoryMb: running.memoryMb(),
  };
}

export function printSummary(running: RunningSystem, reporter: Reporter): void {
  reporter.line(`\n  ready in ${formatMs(running.readyMs)} · ${running.memoryMb()} MB in all`);
  reporter.line(`  ${marks.next} Application  ${running.gatewayUrl}/api        documentation ${running.gatewayUrl}/api/docs`);
  for (const standin of running.plan.system.definition.standins) {
    reporter.line(
      `  ${marks.next} Sign in      ${running.gatewayUrl}/api/auth/${standin}   (a local stand-in: choose a person, no password)`,
    );
  }
  reporter.line(`  ${marks.next} Elsewhere    npm run banyan -- status | advance auth | back auth | verify auth`);
  reporter.line(`  ${marks.next} Logs         ${running.plan.directory}/logs`);
}
