/** `banyan up`: runs a system and keeps what it stores; no traffic, no journey. */
import { numberOption, textOption, type CommandDescription } from '../command-line.ts';
import { askConsoleLink } from '../console-client.ts';
import { asTyped, createReporter, formatMs, marks } from '../output.ts';
import { attachedPrograms, slotsKept } from '../running/attached-programs.ts';
import { choosePagePorts, pagePortOptions } from '../running/page-ports.ts';
import { readEnd } from '../running/end-of-monolith.ts';
import { busOption, chooseBus } from '../running/bus.ts';
import { locateSystem, type LocatedSystem } from '../running/locate-system.ts';
import { addressesOf, consoleAddress, monolithName, programDefinition, standinUrls } from '../running/program-specs.ts';
import { startSystem, type RunningSystem } from '../running/start-system.ts';
import { createStopSignal } from '../running/stop-signal.ts';
import { takeOverAll } from '../running/take-over-all.ts';
import { upAlone } from './up-alone.ts';
import type { Reporter } from '../output.ts';

export const up: CommandDescription = {
  name: 'up',
  usage: 'up <system> [--port 3000]',
  summary: 'Runs a system here and keeps its state between runs. Ends with Ctrl-C.',
  options: {
    port: { type: 'string', value: 'PORT', help: 'port of the gateway (3000)' },
    ...pagePortOptions,
    workers: { type: 'string', value: 'N', help: 'gateway workers (2)' },
    ...busOption,
    fresh: { type: 'boolean', help: 'forget what an earlier run stored' },
    only: {
      type: 'string',
      value: 'WHAT',
      help: '"services": the end of the migration, without the monolith; or programs by name: quiz,achievement',
    },
    inspect: { type: 'boolean', help: 'with --only and names: open a debugger port for each; its URL is in the log' },
  },
  async run(call) {
    const reporter = createReporter(call.json);
    const system = await locateSystem(call.positionals[0]);
    const bus = chooseBus(call);
    const only = textOption(call, 'only');
    if (only !== undefined && only !== 'services') return upAlone(call, system, only.split(','), reporter);
    const port = numberOption(call, 'port', 3000, { min: 1, max: 65_535 });
    const pagePorts = await choosePagePorts(call, port, reporter);
    const stop = createStopSignal();
    const running = await startSystem({
      system,
      kind: only === undefined ? 'up' : 'services',
      withoutMonolith: only !== undefined,
      fresh: call.options['fresh'] === true,
      signal: stop.signal,
      port,
      pagePorts,
      bus,
      gatewayWorkers: numberOption(call, 'workers', 2, { min: 1, max: 64 }),
      seedScale: 1,
      reporter,
      listener: announceDeaths(reporter),
    });
    try {
      if (only !== undefined && !readEnd(running.plan.directory).corrections) await takeOver(running, reporter, stop.signal);
      if (call.json) process.stdout.write(`${JSON.stringify(await summaryOf(running))}\n`);
      else await printSummary(running, reporter);
      await stop.requested;
    } finally {
      reporter.line('\n  stopping …');
      await running.stop();
      await tellWhatStays(system, reporter);
    }
    return 0;
  },
};

/** A slot keeps the log of a database that is not ours until it is read again. */
async function tellWhatStays({ definition }: LocatedSystem, reporter: Reporter): Promise<void> {
  for (const program of attachedPrograms(definition)) {
    const slots = await slotsKept(program);
    if (slots.length === 0) continue;
    reporter.warn(`the database of ${program.name} keeps its log for ${slots.join(', ')} until the next start;`);
    reporter.line(`    for a longer pause go back to planned first, or end it all: ${asTyped('banyan detach')}`);
  }
}

async function takeOver(running: RunningSystem, reporter: Reporter, signal: AbortSignal): Promise<void> {
  let since = performance.now();
  await takeOverAll(
    running,
    (step) => {
      reporter.step(step, 'at the end of the migration', performance.now() - since);
      since = performance.now();
    },
    signal,
  );
}

export function announceDeaths(reporter: Reporter) {
  return { onExit: (program: { name: string }, how: string) => reporter.warn(`${program.name} ended (${how}); it is started again`) };
}

async function summaryOf(running: RunningSystem) {
  const link = await consoleLinkOf(running);
  return {
    system: running.plan.system.definition.name,
    gatewayUrl: running.gatewayUrl,
    webUrl: running.webUrl,
    ...(link === undefined ? {} : { consoleUrl: link }),
    readyMs: Math.round(running.readyMs),
    memoryMb: running.memoryMb(),
    // Without the addresses of databases, which have their passwords in them.
    programs: addressesOf(running.plan, Object.keys(running.plan.system.definition.programs)).map(({ name, url, internalUrl, log }) => ({
      name,
      url,
      internalUrl,
      log,
    })),
  };
}

/** A link that opens the console once; undefined in a run without one. */
export async function consoleLinkOf({ plan }: RunningSystem): Promise<string | undefined> {
  const address = consoleAddress(plan);
  return address === undefined ? undefined : askConsoleLink(address);
}

export async function printSummary(running: RunningSystem, reporter: Reporter): Promise<void> {
  reporter.line(`\n  ready in ${formatMs(running.readyMs)} · ${running.memoryMb()} MB in all`);
  if (running.webUrl !== undefined) reporter.line(`  ${marks.next} Front end    ${running.webUrl}`);
  const { definition, migration } = running.plan.system;
  const { readyPath } = programDefinition(running.plan, monolithName(running.plan));
  const docs = migration.extractions.flatMap(({ routes }) => routes).find(({ path }) => path.endsWith('/docs'));
  const documentation = docs === undefined ? '' : `        documentation ${running.gatewayUrl}${docs.path}`;
  reporter.line(`  ${marks.next} Application  ${running.gatewayUrl}${readyPath}${documentation}`);
  const signIn = migration.extractions.flatMap(({ routes }) => routes).find(({ path }) => path.endsWith('/google'));
  if (definition.standins.includes('google') && signIn !== undefined)
    reporter.line(`  ${marks.next} Sign in      ${running.gatewayUrl}${signIn.path}   (a local stand-in: choose a person, no password)`);
  const { mail } = standinUrls(running.plan);
  if (mail !== undefined) reporter.line(`  ${marks.next} Mails        ${mail}   (a local stand-in: none of them leaves this machine)`);
  if (definition.contracts !== undefined)
    reporter.line(
      `  ${marks.next} Contracts    http://127.0.0.1:${running.plan.gatewayAdminPort}/docs   (every endpoint and event; each service has its own at /docs)`,
    );
  const link = await consoleLinkOf(running);
  if (link !== undefined) reporter.line(`  ${marks.next} Console      ${link}   (opens once; ${asTyped('banyan console')} gives another)`);
  const first = migration.extractions[0]?.name;
  const moves = first === undefined ? '' : ` | advance ${first} | back ${first} | verify ${first}`;
  reporter.line(`  ${marks.next} Elsewhere    ${asTyped('banyan status')}${moves}`);
  reporter.line(`  ${marks.next} Logs         ${running.plan.directory}/logs`);
}
