/** The bus on RabbitMQ beside the clients it could be built on and what NestJS programs use: publishing and consuming at equal durability. */
import { loadavg } from 'node:os';
import { findRabbitmq, startRabbitmqServer } from '@banyan/proof/rabbitmq-server';
import { compare, type Benchmark, type BenchmarkOptions, type BenchmarkRow } from './benchmark.ts';
import { createAmqplib, createRabbitmqClient } from './rabbitmq/clients.ts';
import { type Contestant, createEvents, type MakeContestant } from './rabbitmq/contestant.ts';
import { createGolevelup, createNest } from './rabbitmq/frameworks.ts';
import { createOurs } from './rabbitmq/ours.ts';

const turnMs = 1_500;
const warmUpMs = 500;
const bytesTried = [256, 1_024];
const inFlightTried = [1, 16, 100];
const contestantsTried: readonly MakeContestant[] = [createOurs, createAmqplib, createRabbitmqClient, createGolevelup, createNest];

export const benchmark: Benchmark = {
  title:
    'RabbitMQ: quorum queues on one private node (every write to disk before its confirm), each event confirmed before its caller goes on, each acknowledged after its handler',
  rounds: 5,
  run,
};

async function run({ rounds, say }: BenchmarkOptions): Promise<BenchmarkRow[]> {
  if (findRabbitmq() === undefined) throw new Error('No RabbitMQ is installed here (Debian: apt-get install rabbitmq-server).');
  await using server = await startRabbitmqServer();
  const rows: BenchmarkRow[] = [];
  for (const bytes of bytesTried) {
    for (const inFlight of inFlightTried) rows.push(...(await compareAll({ url: server.url, bytes, inFlight, rounds, say })));
  }
  return rows;
}

interface Comparison extends BenchmarkOptions {
  readonly url: string;
  readonly bytes: number;
  readonly inFlight: number;
}

interface Figures {
  readonly published: number[];
  readonly consumed: number[];
}

async function compareAll({ url, bytes, inFlight, rounds, say }: Comparison): Promise<BenchmarkRow[]> {
  const prefix = `bench-${bytes}-${inFlight}`;
  const contestants = await Promise.all(contestantsTried.map((make) => make({ url, prefix, inFlight })));
  const figures = new Map<string, Figures>(contestants.map(({ name }) => [name, { published: [], consumed: [] }]));
  try {
    for (const contestant of contestants) await takeTurn(contestant, bytes, inFlight, warmUpMs);
    for (let round = 1; round <= rounds; round += 1) {
      // Another order each round, so that nobody always comes after the same neighbour.
      for (const [at] of contestants.entries()) {
        const contestant = contestants[(at + round) % contestants.length]!;
        const { published, consumed } = await takeTurn(contestant, bytes, inFlight, turnMs);
        figures.get(contestant.name)!.published.push(published);
        figures.get(contestant.name)!.consumed.push(consumed);
      }
      const told = contestants.map(({ name }) => {
        const { published, consumed } = figures.get(name)!;
        return `${name} ${published.at(-1)!.toFixed(0)} and ${consumed.at(-1)!.toFixed(0)}/s`;
      });
      say(`${bytes} B, ${inFlight} in flight, round ${round} of ${rounds}: ${told.join(', ')}, load ${loadavg()[0]!.toFixed(1)}`);
    }
  } finally {
    for (const contestant of contestants) await contestant.close();
  }
  const [ours, ...peers] = contestants.map(({ name }) => name);
  return (['published', 'consumed'] as const).flatMap((what) =>
    peers.map((peer) => {
      const name = `${what === 'published' ? 'publish' : 'consume'}, ${bytes} B, ${inFlight} in flight`;
      return compare(name, '1/s', 'higher', figures.get(ours!)![what], peer, figures.get(peer)![what]);
    }),
  );
}

/** Publishes for a while, then consumes what it has published; both per second. */
async function takeTurn(contestant: Contestant, bytes: number, inFlight: number, forMs: number) {
  const startedMs = performance.now();
  const next = createEvents(bytes);
  let count = 0;
  const publish = async () => {
    for (; performance.now() - startedMs < forMs; count += 1) await contestant.publish(next());
  };
  await Promise.all(Array.from({ length: inFlight }, publish));
  const published = (count * 1_000) / (performance.now() - startedMs);
  return { published, consumed: await drain(contestant, count) };
}

/** From the first event to the last: connecting is not counted. */
async function drain(contestant: Contestant, count: number): Promise<number> {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let [seen, firstMs] = [0, 0];
  const consumer = await contestant.consume(() => {
    if (seen === 0) firstMs = performance.now();
    seen += 1;
    if (seen === count) resolve();
  });
  await done;
  const tookMs = performance.now() - firstMs;
  await consumer.close();
  return ((count - 1) * 1_000) / tookMs;
}
