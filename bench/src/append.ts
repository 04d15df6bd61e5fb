/** The event log and the bus on it beside bare PostgreSQL and Emmett: appending, how late the feed is, and draining a backlog. */
import { loadavg } from 'node:os';
import { startEmbeddedServer } from '@banyan/proof/embedded-server';
import { createContestants, keysOf, type Contestant } from './append/contestants.ts';
import { measureDrain } from './append/drain.ts';
import { measureLag } from './append/lag.ts';
import { compare, type Benchmark, type BenchmarkOptions, type BenchmarkRow } from './benchmark.ts';

const turnMs = 2_000;
const callersTried = [1, 8, 64];
const lagEventsPerRound = 200;
const drainRounds = 3;

export const benchmark: Benchmark = {
  title:
    'Append: single events, each durable before its caller goes on, on one PostgreSQL (fsync on), with all that the ordered feed needs; then the bus on it',
  rounds: 5,
  run,
};

async function run({ rounds, say }: BenchmarkOptions): Promise<BenchmarkRow[]> {
  await using server = await startEmbeddedServer({ fsync: true, maxConnections: 300 });
  const rows: BenchmarkRow[] = [];
  for (const callers of callersTried) rows.push(...(await appendRows(server.url, callers, rounds, say)));
  await using quiet = await startEmbeddedServer({ fsync: true });
  const lag = await measureLag(quiet.url, rounds, lagEventsPerRound);
  rows.push(compare('feed lag p50', 'ms', 'lower', lag.ours, 'bare NOTIFY', lag.raw));
  rows.push(compare('feed lag p99', 'ms', 'lower', lag.ours, 'bare NOTIFY', lag.raw, 0.99));
  say(`feed lag measured, load ${loadavg()[0]!.toFixed(1)}`);
  await using full = await startEmbeddedServer({ fsync: true });
  const drained = await measureDrain(full.url, drainRounds);
  rows.push(compare('drain of 100,000 by one group', '1/s', 'higher', drained.ours, 'bare cursor', drained.raw));
  return rows;
}

async function appendRows(url: string, callers: number, rounds: number, say: BenchmarkOptions['say']): Promise<BenchmarkRow[]> {
  const contestants = await createContestants(url, callers);
  const perSecond = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  try {
    for (const contestant of contestants) await takeTurn(contestant, callers, turnMs / 2); // not counted: connections, compiled code
    for (let round = 1; round <= rounds; round += 1) {
      // Another order each round, so that nobody always comes after the same neighbour.
      const order = contestants.map((_, at) => contestants[(at + round) % contestants.length]!);
      for (const contestant of order) perSecond.get(contestant.name)!.push(await takeTurn(contestant, callers, turnMs));
      const told = contestants.map(({ name }) => `${name} ${perSecond.get(name)!.at(-1)!.toFixed(0)}/s`).join(', ');
      say(`${callers} at a time, round ${round} of ${rounds}: ${told}, load ${loadavg()[0]!.toFixed(1)}`);
    }
  } finally {
    for (const { close } of contestants) await close();
  }
  const values = (name: string): number[] => perSecond.get(name)!;
  const [ours, apart, raw, emmett] = contestants.map(({ name }) => name) as [string, string, string, string];
  const row = (name: string, own: string, peer: string) => compare(name, '1/s', 'higher', values(own), peer, values(peer));
  const name = `append, ${callers} at a time`;
  return [
    row(name, ours, raw),
    row(name, ours, emmett),
    row(`${name}, each a program`, apart, raw),
    row(`${name}, each a program`, apart, emmett),
  ];
}

/** Appends per second; each caller has a key of its own and waits for one append before the next. */
async function takeTurn({ append }: Contestant, callers: number, forMs: number): Promise<number> {
  const startedMs = performance.now();
  let appended = 0;
  const call = async (key: string): Promise<void> => {
    for (; performance.now() - startedMs < forMs; appended += 1) await append(key);
  };
  await Promise.all(keysOf(callers).map(call));
  return (appended * 1_000) / (performance.now() - startedMs);
}
