import { endpoint, runWithCause, event, type EventEnvelope } from '@banyan/contract';
import type { HandlerContext } from '@banyan/bus';
import { type Outbox, pgTransactions, type Transactions } from '@banyan/outbox';
import { createTestDatabase, type TestDatabase } from '@banyan/proof/test-database';
import { readSettings, type RunningService, serviceSettings } from '@banyan/service';
import { currentTrace } from '@banyan/telemetry';
import { Controller, Global, Inject, Injectable, Module, Post } from '@nestjs/common';
import { Pool, type PoolClient } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createMessagingModule, OUTBOX, TRANSACTIONS } from './messaging-module.ts';
import { startNestService } from './nest-service.ts';
import { OnEvent, OnEvents } from './on-event.ts';

const greeted = event({
  type: 'visitor.greeted',
  version: 1,
  summary: 'Somebody came by',
  key: 'name',
  data: z.object({ name: z.string() }),
});
const POOL = Symbol('pool');

/** Two handlers of one type, which share its transaction. */
@Injectable()
class Guestbook {
  @OnEvent(greeted)
  async write({ data, correlationid }: EventEnvelope<{ name: string }>, { session }: HandlerContext<never>) {
    await (session as PoolClient).query('insert into guests (name, correlation_id, trace) values ($1, $2, $3)', [
      data.name,
      correlationid,
      currentTrace()?.correlationId,
    ]);
  }

  @OnEvents([greeted])
  async count(_event: EventEnvelope, { session }: HandlerContext<never>) {
    await (session as PoolClient).query('update visits set count = count + 1');
  }
}

@Controller()
class Door {
  readonly #outbox: Outbox<typeof greeted>;
  readonly #transactions: Transactions<PoolClient>;

  constructor(@Inject(OUTBOX) outbox: Outbox<typeof greeted>, @Inject(TRANSACTIONS) transactions: Transactions<PoolClient>) {
    this.#outbox = outbox;
    this.#transactions = transactions;
  }

  @Post('greet')
  async greet() {
    await this.#transactions.run(async () => void this.#outbox.publish(greeted, { name: 'Ada' }));
    return { greeted: true };
  }
}

const greeting = endpoint({
  name: 'door.greet',
  method: 'POST',
  path: '/greet',
  summary: 'Greets',
  caller: 'anyone',
  effect: { reads: [], writes: [] },
  responses: { 201: { description: 'Greeted' } },
});

let database: TestDatabase;
let broker: TestDatabase;
let service: RunningService;

beforeEach(async () => {
  [database, broker] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await database.query(
    'create table guests (name text, correlation_id text, trace text); create table visits (count integer); insert into visits values (0)',
  );
  service = await startService();
});

afterEach(async () => {
  await service.stop();
  await Promise.all([database.close(), broker.close()]);
});

function startService(): Promise<RunningService> {
  const pool = new Pool({ connectionString: database.url });
  const poolProvider = { provide: POOL, useValue: pool };

  @Global()
  @Module({ providers: [poolProvider], exports: [POOL] })
  class Database {
    onApplicationShutdown() {
      return pool.end();
    }
  }

  @Module({
    imports: [
      Database,
      createMessagingModule({
        group: 'door',
        source: '/test/door',
        publishes: [greeted],
        brokerUrl: broker.url,
        databaseUrl: database.url,
        inject: [POOL],
        transactions: (given: Pool) => pgTransactions(given),
      }),
    ],
    controllers: [Door],
    providers: [Guestbook],
  })
  class Application {}

  const settings = readSettings(serviceSettings, { PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'silent' });
  return startNestService({ name: 'door', settings, endpoints: [greeting], module: () => Application });
}

test('what a request publishes reaches the marked methods, with the id of the request', async () => {
  const correlationId = '0190f0c4-0000-7000-8000-00000000abcd';
  const answer = await fetch(`http://127.0.0.1:${service.port}/greet`, { method: 'POST', headers: { 'x-trace-id': correlationId } });
  expect(await answer.json()).toEqual({ greeted: true });
  const guests = async () => (await database.query('select * from guests')).rows;
  await expect.poll(guests).toEqual([{ name: 'Ada', correlation_id: correlationId, trace: correlationId }]);
  expect((await database.query('select count from visits')).rows).toEqual([{ count: 1 }]);
});

test('two handlers of one type take effect together or not at all', async () => {
  await database.query('alter table visits add check (count < 1)');
  await runWithCause({ correlationId: 'x' }, () => fetch(`http://127.0.0.1:${service.port}/greet`, { method: 'POST' }));
  const setAside = async () => (await database.query('select state from banyan.set_aside')).rows;
  await expect.poll(setAside).toEqual([{ state: 'deferred' }]);
  expect((await database.query('select from guests')).rowCount).toBe(0);
  await database.query('alter table visits drop constraint visits_count_check');
  await expect.poll(async () => (await database.query('select from guests')).rowCount).toBe(1);
  expect((await database.query('select count from visits')).rows).toEqual([{ count: 1 }]);
});

test('a drained service leaves nothing behind: what it had committed is published', async () => {
  await fetch(`http://127.0.0.1:${service.port}/greet`, { method: 'POST' });
  await service.stop();
  expect((await database.query('select from banyan.outbox')).rowCount).toBe(0);
  const published = await broker.query('select type from banyan.events');
  expect(published.rows).toEqual([{ type: 'visitor.greeted' }]);
});
