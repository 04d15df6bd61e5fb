import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { saga } from './definition.ts';
import { achievementChecked, answerSubmission, checkFailed } from './testing/answer-submission.ts';

const begin = () => saga('order', { version: 1, input: z.object({ item: z.string() }), limitMs: 1_000 });
const action = async () => ({ id: 1 });
const undo = async () => {};

describe('a definition', () => {
  it('gives each step the results of those before it, and the caller the result', () => {
    const order = begin()
      .local('record', { action: async ({ input }) => ({ row: input.item.length }), noUndo: 'nothing to undo' })
      .call('reserve', {
        action: async ({ results }) => results.record.row + 1,
        // The outcome of a call may be unknown: its undo may have no result.
        undo: async ({ result, results }) => void ((result ?? 0) + results.record.row),
      })
      .onlyIf(({ results }) => results.reserve > 3)
      .call('gift', { action: async () => 'ribbon', noUndo: 'a gift' })
      .end({ result: ({ results }) => ({ parcel: results.reserve, gift: results.gift?.length }) });
    expect(order.steps.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['local record', 'call reserve', 'call gift']);
    const result: { parcel: number; gift: number | undefined } = order.end.result({ results: { reserve: 2, gift: 'ribbon' } } as never);
    expect(result).toEqual({ parcel: 2, gift: 6 });
  });

  it('tells the events of a wait apart by their type', () => {
    const waited = begin()
      .wait('check', {
        events: [achievementChecked, checkFailed],
        by: ({ data }) => data.answer,
        key: ({ saga }) => saga.key,
        withinMs: 10,
        onEvent: (event) => (event.type === 'achievement.checked' ? event.data.awarded : [event.data.reason]),
        onTimeout: 'undo',
      })
      .end({ result: ({ results }) => results.check satisfies string[] });
    expect(waited.steps).toHaveLength(1);
    expect(answerSubmission.steps.map(({ name }) => name)).toEqual(['record', 'check']);
  });

  it('does not compile with neither or both of undo and noUndo, nor with either after the pivot', () => {
    // @ts-expect-error an effect needs an undo or the reason why it has none
    begin().call('reserve', { action });
    // @ts-expect-error one of both
    begin().call('reserve', { action, undo, noUndo: 'why' });
    // @ts-expect-error the same for local steps
    begin().local('reserve', { action });
    // @ts-expect-error nothing is undone after the pivot
    begin().pivot().call('ship', { action, undo });
    // @ts-expect-error results of later steps are not there yet
    begin().call('reserve', { action: async ({ results }) => results.ship, noUndo: 'why' });
    const order = begin()
      .call('reserve', { action, undo })
      .pivot()
      .call('ship', { action })
      .end({ result: () => 1 });
    expect(order.steps.map(({ pastPivot }) => pastPivot)).toEqual([false, true]);
  });

  it('is refused with everything that is wrong with it', () => {
    const wrong = () =>
      saga('Order', { version: 0, input: z.object({}), limitMs: 0 })
        .call('a', { action, undo })
        .call('a', { action, undo })
        .onlyIf(() => true)
        .end({ result: () => 1 });
    expect(wrong).toThrow(
      'Saga "Order": "Order" is not lower-case with digits and "-"; two steps are named "a"; onlyIf() is followed by no step; version 0 is not a whole number from 1; limitMs 0 is not above 0.',
    );
    expect(() => begin().end({ result: () => 1 })).toThrow('it has no steps');
  });
});
