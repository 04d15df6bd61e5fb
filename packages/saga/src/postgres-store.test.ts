import { randomUUID } from 'node:crypto';
import { pgTransactions } from '@banyan/outbox/pg-transactions';
import { expect, test } from 'vitest';
import { describeSagaStore } from './conformance.ts';
import { createPostgresSagaStore } from './postgres-store.ts';
import { createPostgresWorld } from './testing/postgres-world.ts';

describeSagaStore('PostgreSQL', async () => {
  const { pool, close } = await createPostgresWorld();
  const transactions = pgTransactions(pool);
  const connect = () => createPostgresSagaStore({ pool });
  return { connect, inTransaction: (work) => transactions.run(({ session }) => work(session)), close };
});

test('what is old enough is forgotten: kept events, and sagas that have ended', async () => {
  const { database, pool, close } = await createPostgresWorld();
  try {
    const [kept, brief] = [createPostgresSagaStore({ pool }), createPostgresSagaStore({ pool, eventsKeptMs: 1, endedKeptMs: 1 })];
    const { token } = (await kept.lease({ holder: 'test', forMs: 60_000 }))!;
    const start = { name: 'order', version: 1, input: {}, arms: [], limitMs: 1_000, correlationId: 'c', isUnowned: false };
    const [ended, running] = [randomUUID(), randomUUID()];
    await kept.write(token, [
      { saga: ended, start: { ...start, key: 'a' } },
      { saga: running, start: { ...start, key: 'b' } },
    ]);
    await kept.write(token, [
      { saga: ended, number: 1, records: [{ kind: 'completed' }], change: { state: 'completed', release: { wakeInMs: undefined } } },
    ]);
    await pgTransactions(pool).run(({ session }) => kept.keep(session, [{ topic: 't', key: 'k', eventId: 'e', event: {} }]));
    const everywhere = { max: 1, sagas: ['order/1'], events: { keptWithinMs: 10 ** 12 }, strandedAfterMs: 60_000 };
    const counted = async () => {
      const { rows } = await database.query(`select (select count(*)::int from banyan.saga_events) as events,
        (select count(*)::int from banyan.saga_steps) as steps, array(select key from banyan.sagas order by key) as keys`);
      return rows[0];
    };
    await kept.claim(token, everywhere);
    expect(await counted()).toEqual({ events: 1, steps: 1, keys: ['a', 'b'] });
    await expect
      .poll(async () => {
        await brief.claim(token, everywhere);
        return counted();
      })
      .toEqual({ events: 0, steps: 0, keys: ['b'] });
  } finally {
    await close();
  }
});
