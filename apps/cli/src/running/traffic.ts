/** The live traffic of a running system: its program, its ledger, and the loopback port that steers it. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TrafficStats } from '@banyan/proof';
import { findFreePorts } from '../programs/ports.ts';
import { requireBuilt } from '../programs/require-built.ts';
import { standinUrls } from './program-specs.ts';
import type { RunningSystem } from './start-system.ts';

const againAfterMs = 100;

export interface TrafficOptions {
  /** Requests per second. */
  readonly rate: number;
  readonly seed: number;
  /** Which proportion of actions, a word the system's traffic knows. */
  readonly mix: string;
}

export interface Traffic {
  readonly ledgerFile: string;
  /** Requests per second that it was started with. */
  readonly rate: number;
  stats(): Promise<TrafficStats>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Requests per second from now on. */
  setRate(rate: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it and resolves when the first requests are on their way. */
export async function startTraffic(running: RunningSystem, options: TrafficOptions): Promise<Traffic> {
  const { plan } = running;
  const definition = plan.system.definition.traffic;
  if (definition === undefined) throw new TypeError(`${plan.system.definition.name} has no traffic.`);
  const folder = join(plan.system.directory, definition.directory);
  const entry = join(folder, definition.entry);
  requireBuilt(entry);
  const [controlPort = 0] = await findFreePorts(1);
  const ledgerFile = join(plan.directory, 'ledger.jsonl');
  const outside = Object.entries(standinUrls(plan)).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]);
  const program = await running.launch({
    name: 'traffic',
    command: process.execPath,
    args: [entry],
    directory: folder,
    logFile: join(plan.directory, 'logs', 'traffic.log'),
    environment: {
      TZ: 'UTC',
      BASE_URL: `http://127.0.0.1:${plan.gatewayPort}`,
      ...(Object.fromEntries(outside) as Record<string, string>),
      LEDGER: ledgerFile,
      RATE: String(options.rate),
      SEED: String(options.seed),
      MIX: options.mix,
      CONTROL_PORT: String(controlPort),
    },
    readyUrl: `http://127.0.0.1:${controlPort}/stats`,
  });
  // Twice is the same as once for all that is asked, and an idle connection may be closed at the very moment it is used again.
  const ask = async (method: string, path: string, body?: object, triesLeft = 5): Promise<TrafficStats> => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    try {
      const answer = await fetch(`http://127.0.0.1:${controlPort}${path}`, { method, signal: AbortSignal.timeout(60_000), ...sent });
      return (await answer.json()) as TrafficStats;
    } catch (error) {
      if (!(error instanceof TypeError) || triesLeft === 0) throw error;
      await delay(againAfterMs);
      return ask(method, path, body, triesLeft - 1);
    }
  };
  return {
    ledgerFile,
    rate: options.rate,
    stats: () => ask('GET', '/stats'),
    pause: async () => void (await ask('POST', '/pause')),
    resume: async () => void (await ask('POST', '/resume')),
    setRate: async (rate) => void (await ask('POST', '/rate', { rate })),
    stop: () => program.stop(),
  };
}

/** Requests, failures and the worst group's p99, over all groups. */
export function totalsOf(stats: TrafficStats): { asked: number; failed: number; unknown: number; p99Ms: number | undefined } {
  const groups = Object.values(stats.groups);
  const sum = (of: (group: (typeof groups)[number]) => number) => groups.reduce((total, group) => total + of(group), 0);
  const unknown = sum((group) => group.unknown);
  const p99 = Math.max(0, ...groups.map((group) => group.p99Ms));
  return { asked: sum((group) => group.told), failed: sum((group) => group.notOk) - unknown, unknown, p99Ms: p99 === 0 ? undefined : p99 };
}
