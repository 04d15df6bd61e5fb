import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkEventData, readEvent, sequenceText, toEnvelope } from './envelope.ts';
import { event } from './event.ts';

const renamed = event({
  type: 'user.renamed',
  version: 3,
  summary: 'A user has another name',
  key: 'userId',
  data: z.object({ userId: z.string().regex(/^\d+$/), name: z.string(), by: z.enum(['user', 'admin']) }),
  personal: ['name'],
  upcasters: { 1: (data) => ({ userId: String(data['user']), name: data['name'] }), 2: (data) => ({ ...data, by: 'user' }) },
});

const facts = {
  id: '0190f0c4-0000-7000-8000-000000000001',
  source: '/node-learn/auth',
  time: new Date('2026-01-02T03:04:05.006Z'),
  correlationId: '0190f0c4-0000-7000-8000-000000000002',
  sequence: 7n,
};

const envelope = toEnvelope(renamed, { userId: '42', name: 'Ada', by: 'admin' }, facts);

test('an envelope is a CloudEvents 1.0 event that reads back as it was', () => {
  expect(envelope).toEqual({
    specversion: '1.0',
    id: facts.id,
    source: '/node-learn/auth',
    type: 'user.renamed',
    subject: '42',
    time: '2026-01-02T03:04:05.006Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:banyan:event:user.renamed:3',
    data: { userId: '42', name: 'Ada', by: 'admin' },
    correlationid: facts.correlationId,
    partitionkey: '42',
    sequence: '0000000000000000007',
  });
  expect(readEvent(renamed, JSON.parse(JSON.stringify(envelope)))).toEqual({ event: envelope });
});

test('older versions are lifted one step after another, and say so in their dataschema', () => {
  const first = { ...envelope, dataschema: 'urn:banyan:event:user.renamed:1', data: { user: 42, name: 'Ada' } };
  expect(readEvent(renamed, first)).toEqual({ event: { ...envelope, data: { userId: '42', name: 'Ada', by: 'user' } } });
});

test('fields that a reader does not know are no reason to refuse an event', () => {
  expect(readEvent(renamed, { ...envelope, later: 1, data: { ...envelope.data, later: 1 } })).toEqual({ event: envelope });
});

test.each([
  ['text', 'hello', 'not an event envelope'],
  ['nothing', undefined, 'not an event envelope'],
  ['another type', { ...envelope, type: 'user.created' }, 'its type is "user.created"'],
  ['a later version', { ...envelope, dataschema: 'urn:banyan:event:user.renamed:4' }, 'version 4'],
  ['a foreign schema', { ...envelope, dataschema: 'https://example.com/4' }, 'names no version'],
  ['wrong data', { ...envelope, data: { userId: '42', name: 'Ada', by: 'nobody' } }, 'by: '],
  [
    'data that cannot be lifted',
    { ...envelope, dataschema: 'urn:banyan:event:user.renamed:1', data: { user: 'x', name: 'Ada' } },
    'userId: ',
  ],
])('%s cannot be read, and the reason is a sentence', (_what, content, reason) => {
  expect(readEvent(renamed, content)).toEqual({ unreadable: expect.stringContaining(reason) as string });
});

test('an upcaster that throws makes the event unreadable, not the reader fall', () => {
  const failing = event({
    ...renamed,
    version: 2,
    upcasters: {
      1: () => {
        throw new Error('no user in it');
      },
    },
  });
  const first = { ...envelope, dataschema: 'urn:banyan:event:user.renamed:1' };
  expect(readEvent(failing, first)).toEqual({ unreadable: expect.stringContaining('from version 1 to 2: no user in it') as string });
});

test('a refusal of data names fields and never values', () => {
  const wrong = () => checkEventData(renamed, { userId: 'secret-id', name: 7 });
  expect(wrong).toThrowError(expect.objectContaining({ code: 'CONTRACT_EVENT_DATA_INVALID' }));
  expect(wrong).toThrowError(/userId.*name.*by/);
  expect(wrong).not.toThrowError(/secret-id/);
});

test('everything wrong with a declaration is named at once', () => {
  const wrong = () =>
    event({
      ...renamed,
      type: 'Renamed',
      version: 2,
      key: 'user' as 'userId',
      personal: ['mail' as 'name'],
      upcasters: { 2: (data) => data },
    });
  expect(wrong).toThrowError(/lower-case.*key "user".*"mail".*version 1 has no upcaster.*from version 2/);
});

test('sequences sort as text as they do as numbers', () => {
  const numbers = [10n, 9n, 100n, 2n ** 62n, 1n];
  expect(numbers.map(sequenceText).toSorted()).toEqual(numbers.toSorted((one, other) => (one < other ? -1 : 1)).map(sequenceText));
});
