/** The gateway beside other ways to pass a request on: CPU per request and latency, every proxy alone on the machine in turn. */
import { compare, type Benchmark, type BenchmarkOptions, type BenchmarkRow } from './benchmark.ts';
import { askLoad, startLoad, type LoadResult } from './gateway/load-driver.ts';
import { cpuMicroseconds } from './gateway/process-cpu.ts';
import { startContestants, type Contestant } from './gateway/contestants.ts';

/** One turn of load per contestant and round. */
const turnMs = 3_000;
const warmUpMs = 3_000;
const connections = 32;

interface Measured extends LoadResult {
  readonly cpuPerRequest: number;
}

export const benchmark: Benchmark = {
  title: `Gateway: 1 KB JSON through one proxy process, ${connections} keep-alive connections, all features on (60 routes, trace, metrics, access log), shadow off`,
  rounds: 5,
  run,
};

async function run({ rounds, say }: BenchmarkOptions): Promise<BenchmarkRow[]> {
  const { contestants, close } = await startContestants(say);
  const load = startLoad();
  try {
    const measured = new Map(contestants.map(({ name }) => [name, [] as Measured[]]));
    for (const contestant of contestants) await askLoad(load, { port: contestant.port, connections, forMs: warmUpMs });
    for (let round = 1; round <= rounds; round++) {
      // Another order each round, so that nobody always comes after the same neighbour.
      const order = contestants.map((_, at) => contestants[(at + round) % contestants.length]!);
      for (const contestant of order) measured.get(contestant.name)!.push(await measure(load, contestant));
      say(
        `round ${round} of ${rounds}: ${contestants.map(({ name }) => `${name} ${measured.get(name)!.at(-1)!.cpuPerRequest.toFixed(1)} us`).join(', ')}`,
      );
    }
    return contestants.slice(1).flatMap(({ name }) => rowsAgainst(name, measured.get('gateway')!, measured.get(name)!));
  } finally {
    load.kill();
    await close();
  }
}

async function measure(load: ReturnType<typeof startLoad>, { name, port, pid }: Contestant): Promise<Measured> {
  const before = cpuMicroseconds(pid);
  const result = await askLoad(load, { port, connections, forMs: turnMs });
  if (result.failed > 0) throw new Error(`${name} failed ${result.failed} of ${result.requests} requests`);
  return { ...result, cpuPerRequest: (cpuMicroseconds(pid) - before) / result.requests };
}

function rowsAgainst(peer: string, ours: readonly Measured[], theirs: readonly Measured[]): BenchmarkRow[] {
  const row = (name: string, unit: string, better: 'higher' | 'lower', of: (one: Measured) => number): BenchmarkRow =>
    compare(`gateway ${name}`, unit, better, ours.map(of), peer, theirs.map(of));
  return [
    row('CPU per request', 'us', 'lower', ({ cpuPerRequest }) => cpuPerRequest),
    row('requests per second', '1/s', 'higher', ({ requests }) => requests / (turnMs / 1_000)),
    row('p50', 'ms', 'lower', ({ p50Ms }) => p50Ms),
    row('p99', 'ms', 'lower', ({ p99Ms }) => p99Ms),
  ];
}
