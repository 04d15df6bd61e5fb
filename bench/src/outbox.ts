/** The outbox beside a bare transaction and beside two job queues in PostgreSQL: committing with a message, from commit to handler, and a backlog. */
import { loadavg } from 'node:os';
import { startEmbeddedServer } from '@banyan/proof/embedded-server';
import { Client } from 'pg';
import { compare, type Benchmark, type BenchmarkOptions, type BenchmarkRow } from './benchmark.ts';
import { type Contestant, createContestants } from './outbox/commits.ts';
import { type Drains, measureDrains } from './outbox/drain.ts';
import { measureLag } from './outbox/lag.ts';
import type { Spent } from './outbox/spent.ts';

const turnMs = 2_000;
const callersTried = [1, 8, 64];
const lagMessages = 500;
const drainRounds = 3;

export const benchmark: Benchmark = {
  title:
    'Outbox: a row and its message in one transaction, on one PostgreSQL (fsync on); then from commit to handler, and a backlog of 100,000',
  rounds: 5,
  run,
};

async function run({ rounds, say }: BenchmarkOptions): Promise<BenchmarkRow[]> {
  const rows: BenchmarkRow[] = [];
  await using server = await startEmbeddedServer({ fsync: true, maxConnections: 300 });
  for (const callers of callersTried) rows.push(...(await commitRows(server.url, callers, rounds, say)));
  const [shop, stock, broker] = await createDatabases(server, ['shop', 'stock', 'broker']);
  await using full = await startEmbeddedServer({ fsync: true });
  const drains = await measureDrains(full, drainRounds, say);
  rows.push(...drainRows('outbox to log', drains.relayed, 'graphile-worker, empty jobs'));
  rows.push(...drainRows('outbox to handler', drains.handled, 'graphile-worker, same insert'));
  say(`drained, load ${loadavg()[0]!.toFixed(1)}`);
  const lag = await measureLag(shop!, stock!, broker!, lagMessages);
  rows.push(compare('commit to handler p50', 'ms', 'lower', lag.ours, 'graphile-worker', lag.graphile));
  rows.push(compare('commit to handler p99', 'ms', 'lower', lag.ours, 'graphile-worker', lag.graphile, 0.99));
  return rows;
}

function drainRows(name: string, { count, drained: { ours, graphile } }: Drains, peer: string): BenchmarkRow[] {
  const row = (what: string, unit: string, better: 'higher' | 'lower', value: (spent: Spent) => number) =>
    compare(`${name}, ${what}`, unit, better, ours.map(value), peer, graphile.map(value));
  return [
    row(`${count / 1_000}k`, '1/s', 'higher', ({ ms }) => (count * 1_000) / ms),
    row('CPU each', 'us', 'lower', ({ cpuMs }) => (cpuMs * 1_000) / count),
    row('WAL each', 'B', 'lower', ({ walBytes }) => walBytes / count),
  ];
}

async function createDatabases(
  server: { readonly url: string; databaseUrl(name: string): string },
  names: readonly string[],
): Promise<string[]> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  for (const name of names) await client.query(`create database ${name}`);
  await client.end();
  return names.map((name) => server.databaseUrl(name));
}

async function commitRows(url: string, callers: number, rounds: number, say: BenchmarkOptions['say']): Promise<BenchmarkRow[]> {
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
  const ours = perSecond.get('ours')!;
  const peers = contestants.filter(({ name }) => name !== 'ours').map(({ name }) => name);
  return peers.map((peer) => compare(`commit, ${callers} at a time`, '1/s', 'higher', ours, peer, perSecond.get(peer)!));
}

let numbers = 0;

/** Commits per second; each caller waits for one before the next. */
async function takeTurn({ commit }: Contestant, callers: number, forMs: number): Promise<number> {
  const startedMs = performance.now();
  let committed = 0;
  const call = async (): Promise<void> => {
    for (; performance.now() - startedMs < forMs; committed += 1) await commit((numbers += 1));
  };
  await Promise.all(Array.from({ length: callers }, call));
  return (committed * 1_000) / (performance.now() - startedMs);
}
