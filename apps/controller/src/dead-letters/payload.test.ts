import { event } from '@banyan/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { whyUnreadable, withoutPersonal } from './payload.ts';

const joined = event({
  type: 'user.joined',
  version: 2,
  summary: 'Somebody is new',
  key: 'userId',
  data: z.object({ userId: z.string(), email: z.string(), team: z.string() }),
  personal: ['email'],
  upcasters: { 1: (data) => ({ ...data, team: 'none' }) },
});
const catalogue = [{ contract: joined, consumers: ['accounts'] }];

function envelope(version: number, data: Record<string, unknown>) {
  return {
    specversion: '1.0',
    id: 'e1',
    source: '/small/accounts',
    type: 'user.joined',
    subject: 'u1',
    time: '2026-01-02T03:04:05.000Z',
    datacontenttype: 'application/json',
    dataschema: `urn:banyan:event:user.joined:${version}`,
    data,
    correlationid: 'c1',
    partitionkey: 'u1',
    sequence: '0000000000000000001',
  };
}

test('personal fields are hidden, also where the error repeats them; the rest is whole', () => {
  const payload = envelope(2, { userId: 'u1', email: 'ada@test', team: 'blue' });
  const shown = withoutPersonal(catalogue, 'user.joined', { key: 'u1', error: 'no mail to ada@test', payload });
  expect(shown).toEqual({
    key: 'u1',
    error: 'no mail to (personal)',
    payload: { ...payload, data: { userId: 'u1', email: '(personal)', team: 'blue' } },
  });
});

test('what no contract knows counts as personal: fields of older versions, unknown types, and what is no event', () => {
  const older = envelope(1, { userId: 'u1', mail: 'ada@test' });
  expect(withoutPersonal(catalogue, 'user.joined', { key: 'u1', error: '', payload: older })).toMatchObject({
    payload: { data: { userId: 'u1', mail: '(personal)' } },
  });
  expect(withoutPersonal([], 'user.joined', { key: 'u1', error: '', payload: older })).toMatchObject({
    payload: { id: 'e1', data: { userId: '(personal)', mail: '(personal)' } },
  });
  expect(withoutPersonal(catalogue, 'unknown', { key: '', error: '', payload: 'ada@test' })).toMatchObject({ payload: '(personal)' });
});

test('a key that is personal is hidden with its field', () => {
  const contract = event({ ...joined, personal: ['userId'] });
  const shown = withoutPersonal([{ contract, consumers: [] }], 'user.joined', {
    key: 'u1',
    error: '',
    payload: envelope(2, { userId: 'u1', email: 'e', team: 't' }),
  });
  expect(shown).toMatchObject({ key: '(personal)', payload: { subject: '(personal)', partitionkey: '(personal)' } });
});

test('an event is readable through its upcasters, or it is said why not', () => {
  const reading = (content: unknown, type = 'user.joined') => whyUnreadable(catalogue, type, content);
  expect(reading(envelope(1, { userId: 'u1', email: 'ada@test' }))).toBeUndefined();
  expect(reading(envelope(2, { userId: 'u1', email: 'ada@test' }))).toContain('team');
  expect(reading(envelope(3, {}))).toContain('version 3');
  expect(reading('nothing')).toContain('not an event envelope');
  expect(reading({}, 'order.placed')).toContain('no event "order.placed"');
});
