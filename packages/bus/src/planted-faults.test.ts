import { expect, test } from 'vitest';
import { findMisdeliveredTypes } from './conformance/types.ts';
import type { BusDriver } from './driver.ts';
import { createMemoryBroker } from './memory-broker.ts';

test('without a fault every type comes to whoever asked for it', async () => {
  expect(await findMisdeliveredTypes(createMemoryBroker().createDriver(), 'billing')).toEqual([]);
});

test('F11: only the first dot of a type becomes part of the name in the broker: the look of the conformance suite at types names those that cannot be sent', async () => {
  const driver = createMemoryBroker().createDriver();
  const faulty: BusDriver = {
    ...driver,
    publish: async (batch, options) => {
      const name = batch.map(({ type }) => type.replace('.', '_')).find((it) => it.includes('.'));
      if (name !== undefined) throw new Error('no responders');
      await driver.publish(batch, options);
    },
  };
  expect(await findMisdeliveredTypes(faulty, 'billing')).toEqual([
    'quiz.answer.submitted.late: refused, no responders',
    'quiz.finished.early: refused, no responders',
    'quiz.answer.submitted: refused, no responders',
    'quiz.answer.score.changed: refused, no responders',
    'quiz.answer.submitted: not delivered',
    'quiz.answer.score.changed: not delivered',
  ]);
});
