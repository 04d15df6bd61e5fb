/** `banyan demo`: a reference system under live traffic; its extractions move at your keys, or by themselves. */
import type { StateView } from '@banyan/controller/state-view';
import { numberOption, type CommandCall, type CommandDescription } from '../command-line.ts';
import { ControllerClient } from '../controller-client.ts';
import { explainError } from '../errors.ts';
import { runJourney } from '../journey/run-journey.ts';
import { printProof } from '../journey/proof-report.ts';
import { asTyped, createReporter, marks, paint, type Reporter } from '../output.ts';
import { namesToRetire } from '../retirement.ts';
import { busOption, chooseBus } from '../running/bus.ts';
import { locateSystem } from '../running/locate-system.ts';
import { choosePagePorts, pagePortOptions } from '../running/page-ports.ts';
import { startSystem, type RunningSystem } from '../running/start-system.ts';
import { createStopSignal, type StopSignal } from '../running/stop-signal.ts';
import { startTraffic, type Traffic } from '../running/traffic.ts';
import { startLiveView } from '../view/live-view.ts';
import { isInteractive, openScreen } from '../view/screen.ts';
import { announceDeaths, consoleLinkOf, printSummary } from './up.ts';

const keysHelp = 'a advance   b back   v verify   r retire all   k kill a program   p pause traffic   q quit';
/** What the keys move: the extraction that was chosen last. */
interface Choice {
  name: string;
}

export const demo: CommandDescription = {
  name: 'demo',
  usage: 'demo <system> [--auto --exit]',
  summary: 'Runs a system under live traffic and shows its migration. Keys move it; --auto does all of it.',
  options: {
    auto: { type: 'boolean', help: 'do the whole journey: forward, back, forward, kills in between, then the count' },
    exit: { type: 'boolean', help: 'with --auto: end afterwards, with exit code 0 when nothing was lost' },
    port: { type: 'string', value: 'PORT', help: 'port of the gateway (3000)' },
    ...pagePortOptions,
    rate: { type: 'string', value: 'N', help: 'requests per second (30)' },
    workers: { type: 'string', value: 'N', help: 'gateway workers (2)' },
    ...busOption,
  },
  run: async (call) => (call.options['auto'] === true ? runByItself(call) : runAtKeys(call)),
};

async function runByItself(call: CommandCall): Promise<number> {
  const system = await locateSystem(call.positionals[0] ?? 'node-learn');
  const reporter = createReporter(call.json);
  const port = numberOption(call, 'port', 3000, { min: 1, max: 65_535 });
  const pagePorts = await choosePagePorts(call, port, reporter);
  const stop = createStopSignal();
  const outcome = await runJourney({
    system,
    kind: 'demo',
    port,
    pagePorts,
    bus: chooseBus(call),
    gatewayWorkers: numberOption(call, 'workers', 2, { min: 1, max: 64 }),
    rate: numberOption(call, 'rate', 60, { min: 1, max: 2_000 }),
    thoroughness: 'short',
    reporter,
    signal: stop.signal,
    onReady: async (running) => {
      const link = await consoleLinkOf(running);
      if (link !== undefined) reporter.line(`  ${marks.next} Console ${link}\n`);
    },
    afterwards: async (running) => {
      if (call.options['exit'] === true || stop.signal.aborted) return;
      reporter.line(`\n  The system stays up at ${running.gatewayUrl}; Ctrl-C ends it.`);
      await stop.requested;
    },
  });
  stop.dispose();
  if (call.json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
  else printProof(outcome, reporter);
  return outcome.ok ? 0 : 1;
}

async function runAtKeys(call: CommandCall): Promise<number> {
  const port = numberOption(call, 'port', 3000, { min: 1, max: 65_535 });
  const gatewayWorkers = numberOption(call, 'workers', 2, { min: 1, max: 64 });
  const rate = numberOption(call, 'rate', 30, { min: 1, max: 2_000 });
  const reporter = createReporter(call.json);
  const system = await locateSystem(call.positionals[0] ?? 'node-learn');
  const pagePorts = await choosePagePorts(call, port, reporter);
  const stop = createStopSignal();
  reporter.line(`\n  ${paint('bold', 'banyan')} ${system.definition.title}: a monolith under live traffic, taken apart and put back\n`);
  const running = await startSystem({
    system,
    kind: 'demo',
    fresh: true,
    signal: stop.signal,
    port,
    pagePorts,
    bus: chooseBus(call),
    gatewayWorkers,
    seedScale: 1,
    reporter,
    listener: announceDeaths(isInteractive() ? { ...reporter, warn: () => {} } : reporter),
  });
  try {
    await printSummary(running, reporter);
    const traffic = await startTraffic(running, { rate, seed: 1, mix: 'proof' });
    await showUntilStopped(running, traffic, stop, reporter);
    await traffic.stop();
  } finally {
    reporter.line('\n  stopping …');
    await running.stop();
    stop.dispose();
  }
  return 0;
}

async function showUntilStopped(running: RunningSystem, traffic: Traffic, stop: StopSignal, reporter: Reporter): Promise<void> {
  const client = clientOf(running);
  const screen = isInteractive() ? openScreen() : undefined;
  const { extractions } = running.plan.system.migration;
  const choice: Choice = { name: extractions[0]?.name ?? '' };
  const keys = screen === undefined ? '' : `1-${extractions.length} which   ${keysHelp}`;
  const view = startLiveView({ running, traffic, client, reporter, screen, keys, chosen: () => choice.name });
  const act = keyActions({ running, traffic, client, stop, choice, note: (text) => view.note(text) });
  screen?.onKey((key) => act[key === '\u0003' ? 'q' : key]?.());
  if (screen === undefined) reporter.line(`  ${marks.next} No terminal here: move it from another one, or end with Ctrl-C.`);
  await stop.requested;
  await view.stop();
  screen?.close();
}

interface KeyContext {
  readonly running: RunningSystem;
  readonly traffic: Traffic;
  readonly client: ControllerClient;
  readonly stop: StopSignal;
  readonly choice: Choice;
  readonly note: (text: string) => void;
}

function keyActions({ running, traffic, client, stop, choice, note }: KeyContext): Record<string, () => void> {
  const { extractions } = running.plan.system.migration;
  const choices = extractions.map(({ name }, index) => [String(index + 1), () => void (choice.name = name)] as const);
  const explain = (error: unknown) => {
    const { message, fix } = explainError(error);
    note(`${message} Next: ${asTyped(fix)}`);
  };
  const ask = (name: string, action: string, more: object = {}) =>
    client.move(`/v1/extractions/${name}/${action}`, { actor: 'demo', reason: 'a key was pressed', ...more }, () => {}, stop.signal);
  const move = (action: string) => void ask(choice.name, action).catch(explain);
  const retireAll = async () => {
    for (const name of namesToRetire(await client.read<StateView>('/v1/state'))) await ask(name, 'advance', { to: 'retired' });
    note('nothing reaches the monolith any more; its program is ended');
  };
  let isPaused = false;
  let victim = 0;
  return {
    ...Object.fromEntries(choices),
    a: () => move('advance'),
    b: () => move('back'),
    v: () => move('verify'),
    r: () => void retireAll().catch(explain),
    k: () => {
      const programs = [...running.programs.values()].filter((program) => program.name !== 'standins');
      const program = programs[victim % programs.length];
      victim += 1;
      note(`killing ${program?.name} (pid ${program?.pid}) with SIGKILL`);
      program?.kill();
    },
    p: () => {
      isPaused = !isPaused;
      note(isPaused ? 'traffic paused' : 'traffic goes on');
      void (isPaused ? traffic.pause() : traffic.resume());
    },
    q: () => stop.request('q'),
  };
}

function clientOf(running: RunningSystem): ControllerClient {
  return new ControllerClient({
    url: `http://127.0.0.1:${running.plan.controllerPort}`,
    token: running.plan.secrets['controllerToken'] ?? '',
  });
}
