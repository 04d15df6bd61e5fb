import { createVirtualClock } from '@banyan/bus/virtual-clock';
import { expect, it } from 'vitest';
import { createSagaEngine } from './engine.ts';
import { createMemorySagaDatabase } from './memory-store.ts';
import type { SagaStore } from './store.ts';

it('stops while a new lease is on its way, and gives back the one that comes too late', async () => {
  const clock = createVirtualClock();
  const { store, transactions } = createMemorySagaDatabase({ clock }).connect();
  const taken: string[] = [];
  const givenBack: string[] = [];
  /** The first lease is lost at its first renewal; the second one takes its time. */
  const lease: SagaStore['lease'] = async (request) => {
    if (request.token === undefined) {
      if (taken.length === 1) await clock.wait(5_000);
      const answer = await store.lease(request);
      if (answer !== undefined) taken.push(answer.token);
      return answer;
    }
    if (request.forMs === 0) givenBack.push(request.token);
    return request.forMs > 0 && request.token === taken[0] ? undefined : store.lease(request);
  };
  const life = async () => {
    const engine = await createSagaEngine({ store: { ...store, lease }, transactions, sagas: [], clock });
    await clock.wait(2_000);
    expect(taken).toHaveLength(1);
    await engine.stop({ withinMs: 1_000 });
  };
  await clock.run(life());
  expect(taken).toHaveLength(2);
  expect(givenBack).toContain(taken[1]);
});
