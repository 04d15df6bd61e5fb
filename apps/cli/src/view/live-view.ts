/** Keeps the picture of a running system current: redrawn in place on a terminal, one line every few seconds elsewhere. */
import type { StateView } from '@banyan/controller/state-view';
import type { ControllerClient } from '../controller-client.ts';
import type { Reporter } from '../output.ts';
import type { RunningSystem } from '../running/start-system.ts';
import { totalsOf, type Traffic } from '../running/traffic.ts';
import { drawPicture } from './picture.ts';
import { type Screen, screenRoom } from './screen.ts';
import { positionText, stateToPicture } from './state-to-picture.ts';

export interface LiveViewOptions {
  readonly running: RunningSystem;
  readonly traffic: Traffic;
  readonly client: ControllerClient;
  readonly reporter: Reporter;
  /** Undefined where there is no terminal. */
  readonly screen: Screen | undefined;
  readonly keys: string;
  /** Which extraction the keys move now. */
  readonly chosen: () => string;
}

export interface LiveView {
  /** A line of our own among the controller's events. */
  note(text: string): void;
  stop(): Promise<void>;
}

const redrawMs = 500;
const lineEveryMs = 5_000;
const memoryEveryMs = 5_000;

export function startLiveView(options: LiveViewOptions): LiveView {
  const startedAt = Date.now();
  const notes: string[] = [];
  let isStopped = false;
  let memory = { atMs: 0, mb: 0 };
  let lastLineMs = 0;

  const lookOnce = async () => {
    const [state, stats] = await Promise.all([
      options.client.read<StateView>('/v1/state', AbortSignal.timeout(2_000)).catch(() => undefined),
      options.traffic.stats().catch(() => undefined),
    ]);
    if (Date.now() - memory.atMs > memoryEveryMs) memory = { atMs: Date.now(), mb: options.running.memoryMb() };
    if (state === undefined || isStopped) return;
    const traffic = stats === undefined ? undefined : totalsOf(stats);
    if (options.screen === undefined) {
      if (Date.now() - lastLineMs < lineEveryMs) return;
      lastLineMs = Date.now();
      options.reporter.line(`  ${oneLine(state, traffic)}`);
      return;
    }
    const title = `${state.title} at ${options.running.gatewayUrl}`;
    const picture = stateToPicture(state, {
      title,
      elapsedS: (Date.now() - startedAt) / 1000,
      memoryMb: memory.mb,
      traffic,
      keys: options.keys,
      chosen: options.chosen(),
    });
    const lines = drawPicture({ ...picture, events: [...picture.events, ...notes.slice(-4)] }, screenRoom());
    options.screen.draw(lines);
  };

  const loop = (async () => {
    while (!isStopped) {
      await lookOnce();
      await new Promise((resolve) => setTimeout(resolve, redrawMs));
    }
  })();
  return {
    note: (text) => {
      notes.push(`${new Date().toISOString().slice(11, 19)} ${text}`);
      if (options.screen === undefined) options.reporter.line(`  ${text}`);
    },
    stop: async () => {
      isStopped = true;
      await loop;
    },
  };
}

function oneLine(state: StateView, traffic: ReturnType<typeof totalsOf> | undefined): string {
  const rates = Object.entries(state.requestsPerSecond).map(([name, rate]) => `${name} ${rate.toFixed(0)}/s`);
  const extractions = state.extractions.map((extraction) => {
    const { compared, mismatches } = extraction.shadow;
    return `${extraction.name} ${positionText(extraction)} (${compared} compared, ${mismatches} mismatches)`;
  });
  const asked = traffic === undefined ? [] : [`${traffic.asked} asked, ${traffic.failed} failed, ${traffic.unknown} unknown`];
  const end = state.monolith.isOff ? ['the monolith is off'] : [];
  return [...extractions, ...end, ...rates, ...asked].join(' · ');
}
