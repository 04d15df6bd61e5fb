// Runs scenarios against a target: exclusive ones alone first, the others side by side; results are data.
import { ScenarioFailure } from './checks.ts';
import { type AcceptanceTarget, type Scenario } from './scenario.ts';

export interface ScenarioResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly ms: number;
  /** Why it failed or was skipped. */
  readonly reason?: string;
}

export interface RunScenariosOptions {
  /** Ids to run; default all. */
  readonly only?: readonly string[];
  /** Exclusive ones: run them (default), run nothing else, or skip them. */
  readonly exclusive?: 'run' | 'only' | 'skip';
  /** How many of the others at once. Default 4. */
  readonly parallel?: number;
  /** Per scenario. Default 60,000. */
  readonly timeoutMs?: number;
  readonly onResult?: (result: ScenarioResult) => void;
}

/** Never throws for a scenario; results come in the order of `scenarios`. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  target: AcceptanceTarget,
  options: RunScenariosOptions = {},
): Promise<ScenarioResult[]> {
  const results = new Map<Scenario, ScenarioResult>();
  const run = async (scenario: Scenario) => {
    const result = await runScenario(scenario, target, options.timeoutMs ?? 60_000);
    results.set(scenario, result);
    options.onResult?.(result);
  };
  const wanted = scenarios.filter(({ id }) => options.only === undefined || options.only.includes(id));
  const alone = wanted.filter(({ exclusive }) => exclusive !== undefined);
  const beside = wanted.filter(({ exclusive }) => exclusive === undefined);
  const mode = options.exclusive ?? 'run';
  if (mode !== 'skip' && alone.length > 0)
    await quietly(target, async () => {
      for (const scenario of alone) await run(scenario);
    });
  const waiting = mode === 'only' ? [] : [...beside];
  await Promise.all(
    Array.from({ length: options.parallel ?? 4 }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next);
    }),
  );
  return wanted.flatMap((scenario) => results.get(scenario) ?? []);
}

async function quietly(target: AcceptanceTarget, work: () => Promise<void>): Promise<void> {
  const resume = await target.control.quiet?.();
  try {
    await work();
  } finally {
    await resume?.();
  }
}

/** One scenario with its time limit; what it needs and the target lacks makes it skipped, with the reason. */
export async function runScenario(scenario: Scenario, target: AcceptanceTarget, timeoutMs: number): Promise<ScenarioResult> {
  const { id, title } = scenario;
  const missing = (scenario.needs ?? []).filter((need) => target.control[need] === undefined);
  const reason = missing.length > 0 ? `the target offers no ${missing.join(' and no ')}` : scenario.unfit?.(target);
  if (reason !== undefined) return { id, title, outcome: 'skipped', ms: 0, reason };
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ScenarioFailure(`not done within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([scenario.run(target), late]);
    return { id, title, outcome: 'passed', ms: ms() };
  } catch (error) {
    return { id, title, outcome: 'failed', ms: ms(), reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ScenarioFailure) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
