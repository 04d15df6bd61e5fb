import { randomUUID } from 'node:crypto';
import { event, toEnvelope } from '@banyan/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { hearEvents } from './event-hearer.ts';
import { createMemoryBroker } from './memory-broker.ts';

const saved = event({ type: 'book.saved', version: 1, summary: 'Saved', key: 'bookId', data: z.object({ bookId: z.string() }) });
const facts = { source: '/shop/books', time: new Date(), correlationId: 'c', sequence: 1n };
const savedOf = (bookId: string) => toEnvelope(saved, { bookId }, { ...facts, id: randomUUID() });

test('each event is heard once, from the beginning, and in the order of its key', async () => {
  const driver = createMemoryBroker().createDriver();
  const [first, second] = [savedOf('a'), savedOf('a')];
  await driver.publish([first]);
  const seen: unknown[] = [];
  const hearer = await hearEvents({ driver, types: [saved.type], onEvent: async ({ id }) => void seen.push(id) });
  await driver.publish([first, second]);
  await expect.poll(() => seen).toEqual([first.id, second.id]);
  expect(hearer.ofType(saved.type)).toEqual(hearer.heard);
  expect(hearer.ofType('book.read')).toEqual([]);
  await hearer.stop();
  await driver.close();
});
