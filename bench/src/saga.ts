/** Sagas of three steps beside DBOS on the same PostgreSQL: alone, eight and sixty-four at a time, without and with local effects. */
import { startEmbeddedServer } from '@banyan/proof/embedded-server';
import { Client } from 'pg';
import { compare, type Benchmark, type BenchmarkOptions, type BenchmarkRow } from './benchmark.ts';
import { askTurn, type ContestantName, startContestant, type TurnResult } from './saga/turns.ts';

const turnMs = 4_000;
const names: readonly ContestantName[] = ['banyan', 'dbos'];
const courses = [1, 8, 64].flatMap((concurrency) => [false, true].map((withEffects) => ({ concurrency, withEffects })));

export const benchmark: Benchmark = {
  title:
    'Saga: three steps to a durable end on one PostgreSQL (fsync on), each contestant in a process and a database of its own, in turns',
  rounds: 5,
  run,
};

async function run({ rounds, say }: BenchmarkOptions): Promise<BenchmarkRow[]> {
  await using server = await startEmbeddedServer({ fsync: true });
  const children = new Map(
    await Promise.all(names.map(async (name) => [name, await startContestant(name, await createDatabase(server.url, name))] as const)),
  );
  const turn = (name: ContestantName, course: (typeof courses)[number], forMs = turnMs) =>
    askTurn(children.get(name)!, { ...course, forMs });
  try {
    for (const name of names) for (const course of courses) await turn(name, course, turnMs / 2); // not counted: compiled code, connections
    const rows: BenchmarkRow[] = [];
    for (const course of courses) {
      const results: Record<ContestantName, TurnResult[]> = { banyan: [], dbos: [] };
      for (let round = 0; round < rounds; round += 1) {
        for (const name of round % 2 === 0 ? names : names.toReversed()) results[name].push(await turn(name, course));
      }
      const last = (name: ContestantName) => `${results[name].at(-1)!.perSecond.toFixed(0)}/s`;
      say(`${describe(course)}: ours ${last('banyan')}, DBOS ${last('dbos')}`);
      rows.push(...toRows(describe(course), results));
    }
    return rows;
  } finally {
    for (const child of children.values()) child.kill();
  }
}

function describe({ concurrency, withEffects }: (typeof courses)[number]): string {
  return `${concurrency} at a time${withEffects ? ', local effects' : ''}`;
}

function toRows(course: string, { banyan, dbos }: Record<ContestantName, readonly TurnResult[]>): BenchmarkRow[] {
  const row = (name: string, unit: string, better: 'higher' | 'lower', of: (one: TurnResult) => number) =>
    compare(`saga ${course}, ${name}`, unit, better, banyan.map(of), 'DBOS', dbos.map(of));
  return [
    row('ended per second', '1/s', 'higher', ({ perSecond }) => perSecond),
    row('p50', 'ms', 'lower', ({ p50Ms }) => p50Ms),
    row('p99', 'ms', 'lower', ({ p99Ms }) => p99Ms),
  ];
}

async function createDatabase(server: string, name: string): Promise<string> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`create database bench_${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/bench_${name}`;
  return url.href;
}
