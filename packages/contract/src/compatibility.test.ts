import { expect, test } from 'vitest';
import { z } from 'zod';
import { findBreakingChanges, toReleasedEvent } from './compatibility.ts';
import { event, type EventContract } from './event.ts';

const fields = { userId: z.string(), level: z.enum(['low', 'high']), note: z.string().optional(), place: z.object({ city: z.string() }) };

function noticed(data: z.ZodRawShape, version = 1): EventContract {
  const upcasters = version === 1 ? {} : { upcasters: { 1: (old: Record<string, unknown>) => old } };
  return event({
    type: 'user.noticed',
    version,
    summary: 'Somebody was seen',
    key: 'userId',
    data: z.object(data),
    ...upcasters,
  });
}

const released = [toReleasedEvent(noticed(fields))];

test.each([
  ['nothing', fields],
  ['a new optional field', { ...fields, later: z.int().optional() }],
  ['a new optional field further in', { ...fields, place: z.object({ city: z.string(), street: z.string().optional() }) }],
  ['words for people', { ...fields, userId: z.string().describe('Who') }],
])('%s breaks nobody', (_what, data) => {
  expect(findBreakingChanges(released, [noticed(data)])).toEqual([]);
});

test.each([
  ['a field is removed', { ...fields, note: undefined }, 'data.note is gone'],
  ['a required field is added', { ...fields, more: z.string() }, 'data.more is new and not optional'],
  ['a field changes its type', { ...fields, note: z.int().optional() }, 'data.note was'],
  ['an enum grows', { ...fields, level: z.enum(['low', 'high', 'top']) }, 'data.level was'],
  ['a rule is tightened', { ...fields, userId: z.string().regex(/^\d+$/) }, 'data.userId was'],
  ['a field becomes optional', { ...fields, level: fields.level.optional() }, 'data.level has become optional'],
  ['a field becomes required', { ...fields, note: z.string() }, 'data.note was optional'],
  ['a field further in is removed', { ...fields, place: z.object({}) }, 'data.place.city is gone'],
])('it is a break when %s, and a new version mends it', (_what, data, sentence) => {
  const shape = Object.fromEntries(Object.entries(data).filter(([, schema]) => schema !== undefined)) as z.ZodRawShape;
  expect(findBreakingChanges(released, [noticed(shape)])).toEqual([expect.stringContaining(sentence)]);
  expect(findBreakingChanges(released, [noticed(shape, 2)])).toEqual([]);
});

test('a type that is gone, ordered otherwise, or back at an older version is a break', () => {
  expect(findBreakingChanges(released, [])).toEqual([expect.stringContaining('was released and is gone')]);
  expect(findBreakingChanges(released, [{ ...noticed(fields), key: 'level' }])).toEqual([expect.stringContaining('ordered by "userId"')]);
  expect(findBreakingChanges([toReleasedEvent(noticed(fields, 2))], [noticed(fields)])).toEqual([expect.stringContaining('is now 1')]);
});
