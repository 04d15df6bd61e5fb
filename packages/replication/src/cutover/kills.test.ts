// The move is killed at every step boundary, recovered by a new process, and nothing is lost, doubled or half done.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { propertyOptions } from '@banyan/proof/property-options';
import { array, assert, asyncProperty, constantFrom, integer } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TestDatabase } from '@banyan/proof/test-database';
import { crashPoints } from '../crash-points.ts';
import type { ReplicationError } from '../errors.ts';
import { createStream } from '../stream/create-stream.ts';
import { fileJournal, fileRoutes, type MoveOrder } from '../testing/move.ts';
import { createPair, type Pair, rowsOf } from '../testing/pair.ts';
import { recoverCutover } from './recover.ts';

const schema = 'create table items (id serial primary key, slot int unique, v text)';
const steps = crashPoints.filter((name) => name.startsWith('cutover.') || name.startsWith('prepare.') || name === 'fence.locked');

async function run(file: string, environment: Record<string, string>): Promise<{ signal: string | null; output: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../testing/${file}`, import.meta.url))], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = text(child.stdout);
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return { signal, output: (await output).trim() };
}

/** Writers that ask where the routes point, wait while they are held, and remember what was answered with yes. */
class Traffic {
  readonly acknowledged = new Set<string>();
  readonly #sides: Record<string, TestDatabase>;
  readonly #routesFile: string;
  readonly #state = { stopped: false, writes: 0, refused: 0 };
  readonly #running: Promise<void>;

  constructor(pair: Pair, routesFile: string, seed: number) {
    this.#sides = { monolith: pair.monolith, service: pair.service };
    this.#routesFile = routesFile;
    this.#running = this.#write(seed);
  }

  async #write(seed: number): Promise<void> {
    for (let n = 0; !this.#state.stopped; n += 1) {
      const side = this.#sides[(await readFile(this.#routesFile, 'utf8')).trim()];
      if (side === undefined) {
        await sleep(1);
        continue;
      }
      const value = `${seed}-${n}`;
      try {
        if (n % 3 === 0) await side.query('update items set v = $1 where id = $2', [`u${value}`, (n % 20) + 1]);
        if (n % 7 === 0)
          await side.query(
            'begin; update items set slot = -1 where id = 1; update items set slot = slot + 0 where id = 2; update items set slot = 1 where id = 1; commit',
          );
        await side.query('insert into items (slot, v) values (null, $1)', [value]);
        this.acknowledged.add(value);
      } catch (error) {
        if ((error as { code?: string }).code !== '25006') throw error; // refused by the fence: not acknowledged, so nothing to keep
      }
    }
  }

  async stop(): Promise<void> {
    this.#state.stopped = true;
    await this.#running;
  }
}

interface World {
  readonly pair: Pair;
  readonly traffic: Traffic;
  readonly order: (there: boolean, rest: Partial<MoveOrder>) => MoveOrder;
  readonly owner: () => Promise<TestDatabase>;
  readonly routesFile: string;
  readonly journalFile: string;
  readonly close: () => Promise<void>;
}

async function createWorld(seed: number): Promise<World> {
  const pair = await createPair(schema, ['public.items']);
  const folder = await mkdtemp(join(tmpdir(), 'banyan-move-'));
  const [routesFile, journalFile] = [join(folder, 'routes'), join(folder, 'journal')];
  await writeFile(routesFile, 'monolith');
  await pair.monolith.query(`insert into items (slot, v) select n, 'seed' from generate_series(1, 30) n`);
  const forward = pair.stream();
  const reverse = pair.back();
  const traffic = new Traffic(pair, routesFile, seed);
  await forward.copy();
  const sides = { monolith: { name: 'monolith', url: pair.monolith.url }, service: { name: 'service', url: pair.service.url } };
  return {
    pair,
    traffic,
    routesFile,
    journalFile,
    order: (there, rest) => ({
      from: there ? sides.monolith : sides.service,
      to: there ? sides.service : sides.monolith,
      forward: there ? forward.options : reverse.options,
      reverse: there ? reverse.options : forward.options,
      journalFile,
      routesFile,
      ...rest,
    }),
    owner: async () => ((await readFile(routesFile, 'utf8')).trim() === 'service' ? pair.service : pair.monolith),
    close: async () => {
      await traffic.stop();
      await pair.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Kills a move at a point, recovers it, and answers whether the tables have moved. */
async function killedMove(world: World, there: boolean, crashPoint: string): Promise<boolean> {
  const killed = await run('move-process.ts', { ORDER: JSON.stringify(world.order(there, { crashPoint })) });
  expect(killed, `${crashPoint}: ${killed.output}`).toMatchObject({ signal: 'SIGKILL' });
  const outcome = await recover(world, world.order(there, {}));
  const routes = (await readFile(world.routesFile, 'utf8')).trim();
  const moved = routes === (there ? 'service' : 'monolith');
  expect(routes).not.toBe('held');
  expect(['none', moved ? 'completed' : 'cancelled']).toContain(outcome);
  return moved;
}

/** What the next process does first. */
async function recover(world: World, order: MoveOrder): Promise<string> {
  const [forwardStream, reverseStream] = [createStream(order.forward), createStream(order.reverse)];
  const outcome = await recoverCutover({
    ...order,
    forwardStream,
    reverseStream,
    routes: fileRoutes(order),
    journal: fileJournal(world.journalFile),
  });
  await Promise.all([forwardStream.stop(), reverseStream.stop()]);
  return outcome;
}

/** One owner, both sides equal, every acknowledged write there once. */
async function expectWhole(world: World, moved: boolean): Promise<void> {
  await world.traffic.stop();
  const stream = moved ? world.pair.back() : world.pair.stream();
  await stream.start();
  await stream.mark({ timeoutMs: 20_000 });
  expect(await rowsOf(world.pair.service, 'items')).toEqual(await rowsOf(world.pair.monolith, 'items'));
  const found = await world.pair.monolith.query<{ v: string; n: number }>(
    `select v, count(*)::int as n from items where v ~ '^\\d+-' group by v`,
  );
  expect(found.rows.filter((row) => row.n !== 1)).toEqual([]);
  const values = new Set(found.rows.map((row) => row.v));
  const updated = await world.pair.monolith.query<{ n: number }>(`select count(*)::int as n from items where v like 'u%'`);
  const lost = [...world.traffic.acknowledged].filter((value) => !values.has(value));
  expect(lost.length).toBeLessThanOrEqual(updated.rows[0]?.n ?? 0); // a row whose text was overwritten by an update is not lost
  const total = await world.pair.monolith.query<{ n: number }>('select count(*)::int as n from items');
  expect(total.rows[0]?.n).toBe(30 + world.traffic.acknowledged.size);
  const writable = await Promise.allSettled(
    [world.pair.monolith, world.pair.service].map((side) => side.query(`insert into items (v) values ('after')`)),
  );
  expect(writable.map((one) => one.status)).toEqual(moved ? ['rejected', 'fulfilled'] : ['fulfilled', 'rejected']);
  await stream.stop();
}

describe('a move that is killed', () => {
  it('at each step in turn, there and back, ends whole', async () => {
    const world = await createWorld(1);
    try {
      let moved = false;
      for (const step of steps) moved = (await killedMove(world, !moved, step)) ? !moved : moved;
      await expectWhole(world, moved);
    } finally {
      await world.close();
    }
  }, 120_000);

  it('anywhere, any number of times, ends whole', async () => {
    const plan = array(constantFrom(...steps), { minLength: 1, maxLength: 3 });
    const move = async (points: readonly string[], seed: number) => {
      const world = await createWorld(seed);
      try {
        let moved = false;
        for (const point of points) moved = (await killedMove(world, !moved, point)) ? !moved : moved;
        await expectWhole(world, moved);
      } finally {
        await world.close();
      }
    };
    await assert(asyncProperty(plan, integer({ min: 2, max: 1_000 }), move), propertyOptions(2)); // a nightly run sets hundreds
  }, 120_000);
});

describe('a copy or an applier that is killed', () => {
  const points = crashPoints.filter((name) => name.startsWith('copy.') || name.startsWith('follow.'));

  it.each(points.map((point) => [point]))('at %s starts again where it must', async (point) => {
    const pair = await createPair(schema, ['public.items']);
    try {
      await pair.monolith.query(`insert into items (slot, v) select n, 'seed' from generate_series(1, 500) n`);
      const stream = pair.stream({ limits: { batchRows: 50 } });
      if (point.startsWith('follow.')) await stream.copy();
      const environment = {
        STREAM: JSON.stringify(stream.options),
        TASK: point.startsWith('copy.') ? 'copy' : 'follow',
        CRASH_POINT: point,
        CRASH_COUNT: '1',
      };
      const killed = run('follow-process.ts', environment);
      if (point.startsWith('follow.')) {
        await pair.monolith.query(`insert into items (v) values ('small')`);
        await pair.monolith.query(`select pg_logical_emit_message(true, 'banyan.mark', 'ends a batch')`);
        await pair.monolith.query(
          `begin; insert into items (v) select 'big' from generate_series(1, 400); delete from items where id < 50; commit`,
        );
        await pair.monolith.query(`update items set v = 'x' where id % 3 = 1`);
      }
      expect(await killed).toMatchObject({ signal: 'SIGKILL' });
      const committed = point === 'copy.committed' || point.startsWith('follow.');
      const refusal = await stream.start().then(
        () => undefined,
        (error: ReplicationError) => error.code,
      );
      expect(refusal).toBe(committed ? undefined : 'REPLICATION_NOT_COPIED');
      if (!committed) await stream.copy();
      await stream.start();
      await stream.mark();
      expect(await rowsOf(pair.service, 'items')).toEqual(await rowsOf(pair.monolith, 'items'));
    } finally {
      await pair.close();
    }
  });

  it('at reverse.references-performed has deleted nothing that the next life does not delete again', async () => {
    const child = 'create table notes (id int primary key, item_id int references items on delete cascade)';
    const pair = await createPair(`${schema}; ${child}`, ['public.items'], schema);
    try {
      const rows = `insert into items (slot, v) select n, 'seed' from generate_series(1, 20) n`;
      await pair.service.query(rows);
      await pair.monolith.query(`${rows}; insert into notes select n, n from generate_series(1, 20) n`);
      const stream = pair.back();
      await stream.prepare();
      const killed = run('follow-process.ts', { STREAM: JSON.stringify(stream.options), CRASH_POINT: 'reverse.references-performed' });
      await pair.service.query('delete from items where id <= 5');
      expect(await killed).toMatchObject({ signal: 'SIGKILL' });
      expect(await rowsOf(pair.monolith, 'notes')).toHaveLength(20);
      await stream.start();
      await stream.mark();
      expect(await rowsOf(pair.monolith, 'notes')).toHaveLength(15);
      expect(await rowsOf(pair.monolith, 'items')).toEqual(await rowsOf(pair.service, 'items'));
    } finally {
      await pair.close();
    }
  });
});
