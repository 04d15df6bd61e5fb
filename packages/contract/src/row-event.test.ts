import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { isRowEvent, rowEventId } from './row-event.ts';

test('one change has one id, another change another, and each is a UUID', () => {
  const id = rowEventId('helpdesk/user/0/1A2B3C/0/public.users');
  expect(rowEventId('helpdesk/user/0/1A2B3C/0/public.users')).toBe(id);
  expect(rowEventId('helpdesk/user/0/1A2B3C/1/public.users')).not.toBe(id);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('it is told from ids that programs make', () => {
  const others = Array.from({ length: 100 }, () => ({ id: randomUUID() }));
  expect([isRowEvent({ id: rowEventId('a change') }), others.some(isRowEvent)]).toEqual([true, false]);
  expect(isRowEvent({ id: '0199c6a0-8f3e-7d54-8a51-2f6c7b8d9e0f' })).toBe(false);
});
