import { expect, test } from 'vitest';
import { identify } from './identify.ts';

const identityOf = (content: unknown, partitionKey = '') => identify({ content, partitionKey, position: '7' }, 'billing', 0);

test('an event is known by its own id, type and key', () => {
  const content = { id: '0b0e8a3e-7f0a-4d5e-9d2a-1a2b3c4d5e6f', type: 'order.placed', partitionkey: 'order-1' };
  expect(identityOf(content)).toEqual({
    group: 'billing',
    generation: 0,
    eventId: content.id,
    partitionKey: 'order-1',
    type: 'order.placed',
  });
});

test('the key the broker gives is believed before the one in the content', () => {
  expect(identityOf({ partitionkey: 'forged' }, 'order-1').partitionKey).toBe('order-1');
});

test.each([
  ['no JSON'],
  [null],
  [42],
  [{}],
  [{ id: '' }],
  [{ id: 'with \0 NUL' }],
  [{ id: 'ä'.repeat(10) }],
  [{ id: 'x'.repeat(201) }],
  [{ id: 7 }],
])('whatever came has an id that every database can keep, the same each time: %j', (content) => {
  const { eventId } = identityOf(content);
  expect(eventId).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(identityOf(structuredClone(content)).eventId).toBe(eventId);
  expect(identityOf({ other: content }).eventId).not.toBe(eventId);
});

test.each([['with \0 NUL'], ['lone \ud800'], ['x'.repeat(201)]])('a key that no database can keep is replaced, one to one: %j', (key) => {
  expect(identityOf({}, key).partitionKey).toMatch(/^sha256:/);
  expect(identityOf({}, `${key}.`).partitionKey).not.toBe(identityOf({}, key).partitionKey);
});

test('a type is there to be read: made storable, and cut', () => {
  expect(identityOf({ type: 'a\0b' }).type).toBe('a\u{fffd}b');
  expect(identityOf({ type: 'x'.repeat(300) }).type).toHaveLength(200);
  expect(identityOf({}).type).toBe('unknown');
});
