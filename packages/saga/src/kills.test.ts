import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { armCrash } from '@banyan/proof/crash-point';
import { describe, expect, it } from 'vitest';
import { crashPoints } from './crash-points.ts';
import type { SagaEngine } from './engine.ts';
import { createOrderSaga } from './testing/order-saga.ts';
import { createPostgresWorld, type PostgresWorld } from './testing/postgres-world.ts';

/** What the anchors ask for; the lease is 2 s. */
const takeoverMs = 5_000;

interface OrderProcess {
  readonly child: ChildProcess;
  start(key: string, mustFail: boolean): void;
  /** Resolves with the first line that begins so, also one that has been read already. */
  says(beginning: string): Promise<string>;
}

async function startOrders(world: PostgresWorld, environment: Record<string, string>): Promise<OrderProcess> {
  const preload = fileURLToPath(import.meta.resolve('@banyan/proof/crash-preload'));
  const program = fileURLToPath(new URL('testing/order-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', preload, program], {
    env: { ...process.env, DATABASE_URL: world.database.url, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {}); // it may be dead
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const says = async (beginning: string) => {
    for (;;) {
      const line = lines.find((it) => it.startsWith(beginning));
      if (line !== undefined) return line;
      await once(reader, 'line');
    }
  };
  await says('ready');
  return { child, says, start: (key, mustFail) => child.stdin.write(`${JSON.stringify({ key, mustFail })}\n`) };
}

async function inWorld(work: (world: PostgresWorld, folder: string) => Promise<void>): Promise<void> {
  const world = await createPostgresWorld();
  const folder = await mkdtemp(join(tmpdir(), 'banyan-saga-'));
  try {
    await work(world, folder);
  } finally {
    await world.close();
    await rm(folder, { recursive: true });
  }
}

/** The end of a saga that another process began, and the time until then. */
async function endOf(engine: SagaEngine, world: PostgresWorld, key: string) {
  const order = createOrderSaga(world.transactions);
  const since = performance.now();
  const outcome = await engine.waitForEnd(order, key, { withinMs: 25_000 });
  return { state: outcome.state, tookMs: performance.now() - since };
}

const effectsOf = { completed: ['record', 'reserve', 'ship'], compensated: ['record', 'reserve', 'undo reserve', 'undo record 1'] };

describe('a process that is killed', () => {
  const cases = crashPoints.flatMap((point) =>
    [false, true].filter((mustFail) => mustFail || !/undo/.test(point)).map((mustFail) => ({ point, mustFail })),
  );

  it.concurrent.for(cases)(
    'at $point (must fail: $mustFail) leaves a saga that ends elsewhere, each effect once',
    ({ point, mustFail }, { expect }) =>
      inWorld(async (world, folder) => {
        const file = join(folder, 'crash');
        const orders = await startOrders(world, { BANYAN_CRASH_FILE: file });
        const armed = armCrash(file, point);
        orders.start('o1', mustFail);
        expect(await armed.died()).toMatchObject({ point });
        const engine = await world.engine([createOrderSaga(world.transactions)]);
        if (['saga.armed', 'saga.before-action', 'saga.action-done', 'saga.recorded'].includes(point)) await pay(world, engine, 'o1');
        const { state, tookMs } = await endOf(engine, world, 'o1');
        expect({ state, effects: await world.effects('o1') }).toEqual(
          mustFail ? { state: 'compensated', effects: effectsOf.compensated } : { state: 'completed', effects: effectsOf.completed },
        );
        expect(tookMs).toBeLessThan(takeoverMs);
      }),
  );

  it('is replaced within seconds by one that was there all the time', () =>
    inWorld(async (world, folder) => {
      const file = join(folder, 'crash');
      const orders = await startOrders(world, { BANYAN_CRASH_FILE: file });
      const engine = await world.engine([createOrderSaga(world.transactions)]);
      const armed = armCrash(file, 'saga.action-done');
      orders.start('o1', false);
      expect(await armed.died()).toBeDefined();
      await pay(world, engine, 'o1');
      const { state, tookMs } = await endOf(engine, world, 'o1');
      expect({ state, effects: await world.effects('o1') }).toEqual({ state: 'completed', effects: effectsOf.completed });
      expect(tookMs).toBeLessThan(takeoverMs);
    }));
});

describe('a process that is paused for longer than its lease', () => {
  it.concurrent.for(['saga.before-action', 'saga.action-done', 'saga.recorded', 'saga.undone'])(
    'at %s writes nothing when it wakes up, and goes on with others',
    (point, { expect }) =>
      inWorld(async (world) => {
        const orders = await startOrders(world, { BANYAN_PAUSE_POINT: point });
        try {
          orders.start('o1', true);
          await orders.says('paused');
          const engine = await world.engine([createOrderSaga(world.transactions)]);
          await pay(world, engine, 'o1');
          const { state, tookMs } = await endOf(engine, world, 'o1');
          expect({ state, effects: await world.effects('o1') }).toEqual({ state: 'compensated', effects: effectsOf.compensated });
          expect(tookMs).toBeLessThan(takeoverMs);
          const [before] = await engine.operator.list();
          const { records } = await engine.operator.show(before!.id);
          orders.child.kill('SIGCONT');
          await orders.says('saga.lease.lost');
          orders.start('o2', false);
          expect(await orders.says('ended o2')).toBe('ended o2 completed');
          expect((await engine.operator.show(before!.id)).records).toEqual(records);
          expect(await world.effects('o1')).toEqual(effectsOf.compensated);
        } finally {
          orders.child.kill('SIGKILL');
        }
      }),
  );
});

/** The payment, a second time where the first one may have been delivered already. */
async function pay(world: PostgresWorld, engine: SagaEngine, key: string): Promise<void> {
  const event = { id: '018f0000-0000-7000-8000-000000000001', type: 'order.paid', data: { order: key, amount: 5 } };
  await world.transactions.run(({ session }) => engine.deliver(session, event as never));
}
