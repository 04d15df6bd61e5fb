import { createOutbox, installOutbox } from '@banyan/outbox';
import { checkEventData, type EventContract, type EventData, type EventEnvelope, runWithCause, toEnvelope } from '@banyan/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { refuse, saga } from './definition.ts';
import { fence } from './fence.ts';
import { installSagas } from './schema.ts';
import { achievementChecked, answerSubmission, checkFailed } from './testing/answer-submission.ts';
import { createOrderSaga, orderPaid } from './testing/order-saga.ts';
import { createPostgresWorld, type PostgresWorld } from './testing/postgres-world.ts';
import type { SagaEngine } from './engine.ts';

let world: PostgresWorld;
beforeEach(async () => {
  world = await createPostgresWorld();
});
afterEach(() => world.close());

function eventOf<Contract extends EventContract>(contract: Contract, data: EventData<Contract>): EventEnvelope {
  const facts = { id: randomUUID(), source: '/test', time: new Date(), correlationId: 'c', sequence: 1n };
  return toEnvelope(contract, checkEventData(contract, data), facts);
}

const deliver = (engine: SagaEngine, event: EventEnvelope) => world.transactions.run(({ session }) => engine.deliver(session, event));

describe('answer-submission', () => {
  it('ends at once without its wait', async () => {
    const engine = await world.engine([answerSubmission]);
    await engine.start(answerSubmission, 'a1', { question: 1, isCorrect: false });
    const outcome = await engine.waitForEnd(answerSubmission, 'a1', { withinMs: 10_000 });
    expect(outcome).toEqual({ state: 'completed', result: { awarded: [], counted: 0 }, marks: [] });
    expect(await world.effects('a1')).toEqual(['record']);
  });

  it('goes on with the event it waits for, and gives it to the caller', async () => {
    const engine = await world.engine([answerSubmission]);
    await engine.start(answerSubmission, 'a1', { question: 1, isCorrect: true });
    const ending = engine.waitForEnd(answerSubmission, 'a1', { withinMs: 10_000 });
    await expect.poll(async () => (await engine.operator.list({}))[0]?.state).toBe('running');
    await deliver(engine, eventOf(achievementChecked, { answer: 'a1', awarded: ['first'] }));
    expect(await ending).toEqual({ state: 'completed', result: { awarded: ['first'], counted: 1 }, marks: [] });
  });

  it('undoes the record when the check failed', async () => {
    const engine = await world.engine([answerSubmission]);
    await engine.start(answerSubmission, 'a1', { question: 1, isCorrect: true });
    await deliver(engine, eventOf(checkFailed, { answer: 'a1', reason: 'no badges today' }));
    expect(await engine.waitForEnd(answerSubmission, 'a1', { withinMs: 10_000 })).toEqual({
      state: 'compensated',
      reason: 'no badges today',
    });
    expect(await world.effects('a1')).toEqual(['record', 'undo record 1: no badges today']);
  });
});

it('a local step publishes with its record and the correlation of the saga, or not at all', async () => {
  await installOutbox({ query: async (text, values) => (await world.pool.query(text, values as unknown[])) as never });
  const { transactions } = world;
  const outbox = createOutbox({ transactions, source: '/test', publishes: [orderPaid] });
  const publishing = saga('publishing', { version: 1, input: z.object({ mustFail: z.boolean() }), limitMs: 20_000 })
    .local('pay', {
      action: async ({ saga, input }) => {
        outbox.publish(orderPaid, { order: saga.key, amount: 1 });
        return input.mustFail ? refuse('no') : {};
      },
      noUndo: 'test',
    })
    .end({ result: () => 'thanks' });
  const engine = await world.engine([publishing]);
  await runWithCause({ correlationId: 'request-1' }, () => engine.start(publishing, 'a', { mustFail: false }));
  await engine.start(publishing, 'b', { mustFail: true });
  expect(await engine.waitForEnd(publishing, 'a', { withinMs: 20_000 })).toMatchObject({ state: 'completed' });
  expect(await engine.waitForEnd(publishing, 'b', { withinMs: 20_000 })).toEqual({ state: 'compensated', reason: 'no' });
  const { rows } = await world.database.query<{ envelope: string }>('select envelope from banyan.outbox');
  expect(rows.map(({ envelope }) => JSON.parse(envelope) as unknown)).toMatchObject([
    { subject: 'a', correlationid: 'request-1', sequence: '0000000000000000001' },
  ]);
});

describe('several processes on one database', () => {
  it('tell each other of an end by a wake-up, without polling', async () => {
    const neverMs = 60_000;
    const one = await world.engine([answerSubmission], { pollMs: neverMs });
    const other = await world.engine([answerSubmission], { pollMs: neverMs });
    await one.start(answerSubmission, 'a1', { question: 1, isCorrect: true });
    const ending = one.waitForEnd(answerSubmission, 'a1', { withinMs: 20_000 });
    await expect.poll(async () => (await one.operator.list({})).length).toBe(1);
    // The leases have to be renewed once before each knows of the other.
    await expect.poll(async () => (await world.database.query('select from banyan.sagas where wait_topic is not null')).rowCount).toBe(1);
    await deliver(other, eventOf(achievementChecked, { answer: 'a1', awarded: ['first'] }));
    expect(await ending).toMatchObject({ state: 'completed' });
  });

  it('end every saga once while their connections are cut again and again', async () => {
    const order = createOrderSaga(world.transactions);
    const engines = [await world.engine([order]), await world.engine([order])];
    const keys = Array.from({ length: 40 }, (_, at) => `o${at}`);
    let isOver = false;
    const cutting = (async () => {
      for (let cuts = 0; !isOver && cuts < 8; cuts += 1) {
        await new Promise((resolve) => setTimeout(resolve, 150));
        await world.database.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
        );
      }
    })();
    const again = async (work: () => Promise<unknown>): Promise<void> => {
      for (;;) {
        try {
          return void (await work());
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
    };
    const outcomes = await Promise.all(
      keys.map(async (key, at) => {
        const [engine, other] = [engines[at % 2]!, engines[(at + 1) % 2]!];
        await again(() => engine.start(order, key, { mustFail: at % 3 === 0 }));
        await again(() => deliver(other, eventOf(orderPaid, { order: key, amount: 5 })));
        for (;;) {
          const outcome = await engine.waitForEnd(order, key, { withinMs: 30_000 }).catch(() => undefined);
          if (outcome !== undefined) return outcome.state;
        }
      }),
    );
    isOver = true;
    await cutting;
    for (const [at, key] of keys.entries()) {
      const expected =
        at % 3 === 0 ? ['compensated', 'record', 'reserve', 'undo reserve', 'undo record 1'] : ['completed', 'record', 'reserve', 'ship'];
      expect([outcomes[at], ...(await world.effects(key))]).toEqual(expected);
    }
  });

  it('install the tables however many do so at once', async () => {
    const installing = Array.from({ length: 6 }, () => installSagas({ query: async (text) => (await world.pool.query(text)) as never }));
    await expect(Promise.all(installing)).resolves.toBeDefined();
  });
});

describe('a participant', () => {
  const step = { saga: 's1', step: 'charge' };
  const ask = (kind: 'action' | 'undo') =>
    world.transactions.run(({ session }) => (kind === 'action' ? fence(session, step, kind) : fence(session, step, kind)));

  it('does each action and each undo once', async () => {
    expect([await ask('action'), await ask('action'), await ask('undo'), await ask('undo'), await ask('action')]).toEqual([
      'go',
      'repeated',
      'go',
      'repeated',
      'refused',
    ]);
  });

  it('refuses an action whose undo came first, and has nothing to undo', async () => {
    expect([await ask('undo'), await ask('action'), await ask('undo')]).toEqual(['nothing', 'refused', 'repeated']);
  });

  it('forgets what it rolled back', async () => {
    const failing = world.transactions.run(async ({ session }) => {
      expect(await fence(session, step, 'action')).toBe('go');
      throw new Error('out of stock');
    });
    await expect(failing).rejects.toThrow('out of stock');
    expect(await ask('undo')).toBe('nothing');
  });

  it('is asked by many at once and lets one through', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => ask(at % 2 === 0 ? 'action' : 'undo')));
    expect(answers.filter((answer) => answer === 'go').length).toBeLessThanOrEqual(2);
    const hasActed = (await world.database.query<{ actions: number }>('select actions from banyan.saga_fences')).rows[0]!.actions > 0;
    expect(answers.filter((answer) => answer === 'go')).toHaveLength(hasActed ? 2 : 0);
    expect(answers.filter((answer) => answer === 'nothing')).toHaveLength(hasActed ? 0 : 1);
  });
});
