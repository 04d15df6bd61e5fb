/** A saga with a step of every kind, each effect in a ledger that takes it once only; it completes or is undone, as its input says. */
import { event } from '@banyan/contract';
import type { Transactions } from '@banyan/outbox/transactions';
import { z } from 'zod';
import { refuse, saga } from '../definition.ts';
import { fence, stepOfKey } from '../fence.ts';

export const orderPaid = event({
  type: 'order.paid',
  version: 1,
  summary: 'An order was paid.',
  key: 'order',
  data: z.object({ order: z.string(), amount: z.number() }),
});

const note = (session: { query(text: string, values: unknown[]): Promise<unknown> }, key: string, effect: string) =>
  session.query('insert into effects (saga, effect) values ($1, $2)', [key, effect]);

/** @param participant where the called service keeps its fences and effects; here in the same database, in transactions of its own */
export function createOrderSaga(participant: Transactions<unknown>, slowMs = 0) {
  const inParticipant = (key: string, idempotencyKey: string, effect: string, kind: 'action' | 'undo') =>
    participant.run(async ({ session }) => {
      const answer = await (kind === 'action'
        ? fence(session, stepOfKey(idempotencyKey), kind)
        : fence(session, stepOfKey(idempotencyKey), kind));
      if (answer === 'go') await note(session, key, effect);
      if (answer === 'refused') throw new Error('It has been undone.');
      return { answer };
    });
  return saga('order', { version: 1, input: z.object({ mustFail: z.boolean() }), limitMs: 30_000 })
    .local('record', {
      action: async ({ session, saga }) => {
        await note(session, saga.key, 'record');
        return { row: 1 };
      },
      undo: async ({ session, saga, result }) => void (await note(session, saga.key, `undo record ${result.row}`)),
    })
    .call('reserve', {
      action: async ({ saga, idempotencyKey }) => {
        if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
        return inParticipant(saga.key, idempotencyKey, 'reserve', 'action');
      },
      undo: async ({ saga, idempotencyKey }) => void (await inParticipant(saga.key, idempotencyKey, 'undo reserve', 'undo')),
    })
    .wait('paid', {
      events: [orderPaid],
      by: ({ data }) => data.order,
      key: ({ saga }) => saga.key,
      withinMs: 20_000,
      when: ({ data }) => data.amount > 0,
      onEvent: ({ data }) => ({ amount: data.amount }),
      onTimeout: 'undo',
    })
    .local('ship', {
      action: async ({ session, saga, input }) => {
        await note(session, saga.key, 'ship');
        return input.mustFail ? refuse('no stock') : { parcel: 1 };
      },
      noUndo: 'a parcel does not come back',
    })
    .end({ result: ({ results }) => ({ amount: results.paid.amount }) });
}
