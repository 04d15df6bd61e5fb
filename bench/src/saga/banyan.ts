/** Three steps as a saga: undo armed before each, lease and fence as always. */
import { pgTransactions } from '@banyan/outbox/pg-transactions';
import { createPostgresSagaStore, createSagaEngine, installSagas, saga } from '@banyan/saga';
import { Pool } from 'pg';
import { effect, effectsTable, type Runner, steps } from './runner.ts';

interface Order {
  readonly item: string;
}

const input = { safeParse: (value: unknown) => ({ success: true as const, data: value as Order }) };
const call = { action: async () => ({ ok: true }), undo: async () => {} };

const plain = saga('plain', { version: 1, input, limitMs: 60_000 })
  .call(steps[0], call)
  .call(steps[1], call)
  .call(steps[2], call)
  .end({ result: ({ results }) => results.ship.ok });

const local = (step: string) => ({
  action: async ({ session, saga }: { session: { query(text: string, values: unknown[]): Promise<unknown> }; saga: { key: string } }) => {
    await session.query(effect, [saga.key, step]);
    return { ok: true };
  },
  noUndo: 'the benchmark never undoes',
});

const effectful = saga('effectful', { version: 1, input, limitMs: 60_000 })
  .local(steps[0], local(steps[0]))
  .local(steps[1], local(steps[1]))
  .local(steps[2], local(steps[2]))
  .end({ result: ({ results }) => results.ship.ok });

export async function startRunner(url: string): Promise<Runner> {
  const pool = new Pool({ connectionString: url, max: 8 });
  const local = new Pool({ connectionString: url, max: 20 });
  await installSagas({ query: async (text) => (await pool.query(text)) as never });
  await pool.query(effectsTable);
  const engine = await createSagaEngine({
    store: createPostgresSagaStore({ pool }),
    transactions: pgTransactions(local),
    sagas: [plain, effectful],
  });
  return {
    run: async (key, withEffects) => {
      const which = withEffects ? effectful : plain;
      await engine.start(which, key, { item: 'book' });
      const outcome = await engine.waitForEnd(which, key, { withinMs: 60_000 });
      if (outcome.state !== 'completed') throw new Error(`Saga ${key} ended ${outcome.state}.`);
    },
    close: async () => {
      await engine.stop();
      await Promise.all([pool.end(), local.end()]);
    },
  };
}
