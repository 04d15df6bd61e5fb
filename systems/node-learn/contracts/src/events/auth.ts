/** What auth publishes: who is new, who has signed in, who is gone. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { id, time } from './fields.ts';

const person = { userId: id(), email: z.string(), name: z.string(), picture: z.string().nullable(), isAdmin: z.boolean() };

export const userCreated = event({
  type: 'user.created',
  version: 1,
  summary: 'Somebody has signed in for the first time',
  key: 'userId',
  personal: ['email', 'name', 'picture'],
  data: z.object({ ...person, createdAt: time() }),
});

export const userAuthenticated = event({
  type: 'user.authenticated',
  version: 1,
  summary: 'Somebody has signed in; name, email and picture are those of now',
  key: 'userId',
  personal: ['email', 'name', 'picture'],
  data: z.object({ ...person, provider: z.literal('google'), firstLogin: z.boolean(), authenticatedAt: time() }),
});

export const userDeleted = event({
  type: 'user.deleted',
  version: 1,
  summary: 'An operator has deleted a user, with everything that refers to it',
  key: 'userId',
  data: z.object({ userId: id(), deletedAt: time() }),
});
