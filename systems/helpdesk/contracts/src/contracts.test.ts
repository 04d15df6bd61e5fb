import { checkEventData, eventsPublishedBy, eventsReadBy } from '@banyan/contract';
import { findFolderProblems } from '@banyan/contract/contract-folder';
import { expect, test } from 'vitest';
import { endpoints } from './endpoints.ts';
import { events, passwordResetRequested, userCreated } from './events.ts';
import { contracts } from './system.ts';

test('what `node dist/write-documents.js` writes is current, and leaves no reader and no stored event behind', () => {
  expect(findFolderProblems(new URL('../', import.meta.url), contracts)).toEqual([]);
});

test('only logging in writes nothing although it is no GET', () => {
  const odd = endpoints.filter(({ method, effect }) => (method === 'GET') === effect.writes.length > 0);
  expect(odd.map(({ name, method }) => `${method} ${name}`)).toEqual(['POST auth.log-in']);
});

const signedUp = {
  userId: '5f0c6c8e-8f5b-4b6e-9d59-0d9c4c9b7b11',
  email: 'ada@example.test',
  firstName: 'Ada',
  lastName: null,
  role: 'AGENT',
  createdAt: '2026-01-02T03:04:05.006Z',
  updatedAt: '2026-01-02T03:04:05.006Z',
};

test('a hash or a token in clear does not get into an event, whoever puts it there', () => {
  expect(checkEventData(userCreated, { ...signedUp, password: '$argon2id$', token: 'secret' })).toEqual(signedUp);
  expect(() => checkEventData(passwordResetRequested, { ...signedUp, token: 'secret' })).toThrowError(/tokenSealed/);
});

test('what is known about a person is marked as such, and everything of users has one publisher, but for the replies to it', () => {
  expect(userCreated.personal).toEqual(['email', 'firstName', 'lastName']);
  expect(passwordResetRequested.personal).toEqual(['email', 'tokenSealed']);
  expect(eventsPublishedBy(events, 'user').map(({ key }) => key)).toEqual(Array(7).fill('userId'));
  const replies = ['user.cleanup_done', 'user.cleanup_failed'];
  const ofTickets = eventsPublishedBy(events, 'ticket').filter(({ type }) => !replies.includes(type));
  expect(ofTickets.map(({ key }) => key)).toEqual(Array(6).fill('ticketId'));
});

test('the audit reads everything that happens to users and tickets', () => {
  const told = [...eventsPublishedBy(events, 'user'), ...eventsPublishedBy(events, 'ticket')].map(({ type }) => type);
  expect(
    eventsReadBy(events, 'audit')
      .map(({ type }) => type)
      .toSorted(),
  ).toEqual(told.toSorted());
});
