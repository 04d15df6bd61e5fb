import { event, eventCatalogue, type EventEnvelope } from '@banyan/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { EventTeller } from './event-teller.ts';

const saved = event({ type: 'book.saved', version: 1, summary: 'Saved', key: 'bookId', data: z.object({ bookId: z.string() }) });
const retired = event({ type: 'book.retired', version: 1, summary: 'Nobody tells', key: 'bookId', data: z.object({ bookId: z.string() }) });
const catalogue = eventCatalogue([
  { contract: saved, publisher: 'books', consumers: [] },
  { contract: retired, consumers: [] },
]);

test('events are numbered per key under their publisher, and come on every driver, again as they were', async () => {
  const told: EventEnvelope[][] = [[], []];
  const drivers = told.map((list) => ({ publish: async (batch: readonly EventEnvelope[]) => void list.push(...batch) }));
  const teller = new EventTeller({ drivers, catalogue, sourcePrefix: '/shop/' });
  const first = await teller.publish(saved, { bookId: 'a' });
  await teller.publish(saved, { bookId: 'a' });
  await teller.publish(saved, { bookId: 'b' });
  await teller.again(first);
  expect(told[0]!.map(({ source, partitionkey, sequence }) => [source, partitionkey, Number(sequence)])).toEqual([
    ['/shop/books', 'a', 1],
    ['/shop/books', 'a', 2],
    ['/shop/books', 'b', 1],
    ['/shop/books', 'a', 1],
  ]);
  expect(told[1]).toEqual(told[0]);
  expect([teller.sequenceOf('/shop/books', 'a'), teller.sequenceOf('/shop/books', 'c')]).toEqual(['2', '0']);
});

test('what nobody publishes is not told', async () => {
  const teller = new EventTeller({ drivers: [], catalogue, sourcePrefix: '/shop/' });
  await expect(teller.publish(retired, { bookId: 'a' })).rejects.toThrow('Nobody publishes "book.retired"');
});
