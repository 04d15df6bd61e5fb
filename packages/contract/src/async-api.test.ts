import { expect, test } from 'vitest';
import { z } from 'zod';
import { toAsyncApi } from './async-api.ts';
import { eventCatalogue, eventsPublishedBy, eventsReadBy } from './catalogue.ts';
import { event } from './event.ts';

const created = event({
  type: 'user.created',
  version: 1,
  summary: 'Somebody is new',
  key: 'userId',
  data: z.object({ userId: z.string(), email: z.string() }),
  personal: ['email'],
});
const retired = event({
  type: 'user.seen',
  version: 2,
  summary: 'No longer told',
  key: 'userId',
  data: z.object({ userId: z.string() }),
  upcasters: { 1: (data) => data },
});
const greeted = event({ type: 'user.greeted', version: 1, summary: 'Somebody was welcomed', key: 'userId', data: retired.data });
const catalogue = eventCatalogue([
  { contract: created, publisher: 'auth', consumers: ['quiz', 'boards'] },
  { contract: retired, consumers: [] },
  { contract: greeted, publisher: ['quiz', 'boards'], consumers: ['auth'] },
]);

test('an event becomes a channel, a message and one operation per program', () => {
  const document = toAsyncApi({ title: 'Test', version: '1.0', description: 'For the test.' }, catalogue);
  expect(document).toMatchObject({
    asyncapi: '3.0.0',
    channels: { 'user.created': { address: 'user.created' }, 'user.seen': { 'x-retired': true } },
    operations: {
      'auth.send.user.created': { action: 'send', channel: { $ref: '#/channels/user.created' } },
      'quiz.receive.user.created': { action: 'receive' },
      'boards.receive.user.created': { action: 'receive' },
      'quiz.send.user.greeted': { action: 'send' },
      'boards.send.user.greeted': { action: 'send' },
    },
    components: {
      messages: {
        'user.created': {
          'x-key': 'userId',
          'x-personal': ['email'],
          payload: { properties: { dataschema: { const: 'urn:banyan:event:user.created:1' }, data: { required: ['userId', 'email'] } } },
        },
      },
    },
  });
  expect(Object.keys(document['operations'] as object)).toHaveLength(6);
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
});

test('a program learns from the catalogue what it publishes and reads', () => {
  expect(eventsPublishedBy(catalogue, 'auth')).toEqual([created]);
  expect(eventsPublishedBy(catalogue, 'quiz')).toEqual([greeted]);
  expect(eventsReadBy(catalogue, 'quiz')).toEqual([created]);
});

test('a type that is declared twice is refused', () => {
  const twice = () => eventCatalogue([...catalogue, { contract: created, publisher: 'other', consumers: [] }]);
  expect(twice).toThrowError(expect.objectContaining({ code: 'CONTRACT_EVENT_DUPLICATE' }));
});
