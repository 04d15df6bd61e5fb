/** The service that people talk to: an answer is a saga over two services, and questions are copied from their owner. */
import { createSagaEngine, type Facts, fence, refuse, type Saga, saga, type SagaEngine, type SagaStore, stepOfKey } from '@banyan/saga';
import type { MemoryTransaction } from '@banyan/saga';
import { defineProjection, projected, type Projection } from '@banyan/service/projection';
import type { SnapshotPage } from '@banyan/service/snapshot';
import { z } from 'zod';
import { rowsOf } from '../database/tables.ts';
import type { World } from '../world.ts';
import { armingAfterwards } from './armed-afterwards.ts';
import { answerChecked, answerFinished, answerRecorded, answerWithdrawn, questionChanged } from './contracts.ts';
import { consumeUntilDead, counted, createInstance, type Instance, type Place } from './instance.ts';

/** What others offer it over the network; each may fail after its effect. */
export interface Neighbours {
  /** Runs the work in a living instance of the achievement service. */
  readonly atAchievement: (work: (instance: Instance) => Promise<void>) => Promise<void>;
  readonly readSnapshot: (after: string) => Promise<SnapshotPage>;
}

export interface Quiz {
  readonly engine: SagaEngine;
  readonly answering: Saga<'answering', { answer: string }>;
  readonly projection: Projection<MemoryTransaction>;
}

export async function startQuiz(place: Place, neighbours: Neighbours): Promise<Quiz> {
  const instance = createInstance(place, [answerRecorded, answerWithdrawn, answerFinished]);
  const { world, process, connection } = instance;
  const { transactions } = connection;
  const answering = defineAnswering(instance, neighbours);
  const engine = await createSagaEngine({
    store: watched(world, connection.sagas),
    transactions,
    sagas: [answering],
    clock: process.clock,
    random: world.random,
    newId: world.newId,
    leaseMs: 2_000,
  });
  process.onStop(() => engine.stop({ withinMs: 1_000 }));
  const projection = defineCopy(instance, neighbours);
  void consumeUntilDead(instance, [
    counted(instance, answerChecked, async (event) => engine.deliver(transactions.current()!.session, event)),
    counted(instance, questionChanged, async (event, context) => void (await projection.apply(event, context))),
  ]);
  return { engine, answering, projection };
}

function watched({ planted }: World, store: SagaStore): SagaStore {
  if (planted !== 'armed-after-action') return store;
  return { ...store, write: (token, checkpoints, session) => store.write(token, checkpoints.map(armingAfterwards), session) };
}

type Answering = Facts<{ answer: string }, object> & { readonly native: unknown };

function defineAnswering({ database, outbox }: Instance, { atAchievement }: Neighbours): Saga<'answering', { answer: string }> {
  const set = ({ native, input: { answer } }: Answering, state: string) =>
    (native as MemoryTransaction).stage(() => void rowsOf(database.tables, 'answers').set(answer, state));
  return saga('answering', { version: 1, input: z.object({ answer: z.string() }), limitMs: 30_000 })
    .local('record', {
      action: async (facts) => {
        set(facts, 'recorded');
        outbox.publish(answerRecorded, facts.input);
      },
      undo: async (facts) => {
        set(facts, 'withdrawn');
        outbox.publish(answerWithdrawn, facts.input);
      },
    })
    .call('reserve', {
      timeoutMs: 1_000,
      action: ({ input, idempotencyKey }) => atAchievement((there) => reserve(there, input.answer, idempotencyKey)),
      undo: ({ input, idempotencyKey }) => atAchievement((there) => release(there, input.answer, idempotencyKey)),
    })
    .wait('check', {
      events: [answerChecked],
      by: ({ data }) => data.answer,
      key: ({ input }) => input.answer,
      withinMs: 5_000,
      onEvent: ({ data }) => (data.isFine ? {} : refuse('It is wrong.')),
      onTimeout: 'undo',
    })
    .pivot()
    .local('finish', {
      action: async (facts) => {
        set(facts, 'finished');
        outbox.publish(answerFinished, facts.input);
      },
    })
    .end({ result: () => 'thanks' });
}

async function reserve({ connection, database }: Instance, answer: string, idempotencyKey: string): Promise<void> {
  await connection.transactions.run(async ({ session, native }) => {
    const pass = await fence(session, stepOfKey(idempotencyKey), 'action');
    if (pass === 'refused') throw new Error('It has been undone.');
    if (pass === 'go') native.stage(() => void rowsOf(database.tables, 'reserved').set(answer, 'reserved'));
  });
}

async function release({ connection, database }: Instance, answer: string, idempotencyKey: string): Promise<void> {
  await connection.transactions.run(async ({ session, native }) => {
    const pass = await fence(session, stepOfKey(idempotencyKey), 'undo');
    if (pass === 'go') native.stage(() => void rowsOf(database.tables, 'reserved').delete(answer));
  });
}

function defineCopy({ database, connection, world }: Instance, { readSnapshot }: Neighbours): Projection<MemoryTransaction> {
  const put = (transaction: MemoryTransaction, key: string, text: string) =>
    transaction.stage(() => void rowsOf(database.tables, 'copy').set(key, text));
  return defineProjection<MemoryTransaction, { text: string }>(connection.transactions, {
    name: 'questions',
    source: '/question',
    readPage: readSnapshot,
    data: z.object({ text: z.string() }),
    rows: 'copy',
    rest: () => world.clock.wait(10),
    put: async (native, entries) => {
      for (const { key, data } of entries) put(native, key, data.text);
    },
    remove: async (transaction, key) => transaction.stage(() => void rowsOf(database.tables, 'copy').delete(key)),
    events: [projected(questionChanged, async (native: MemoryTransaction, { data }) => put(native, data.question, data.text))],
  });
}
