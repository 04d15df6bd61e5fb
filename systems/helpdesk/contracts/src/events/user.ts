/** What the user service publishes: who is new, what has changed of somebody, who is gone. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { id, role } from '../users.ts';

const time = () => z.iso.datetime();
const name = z.string().nullable();
const person = { userId: id, email: z.string(), firstName: name, lastName: name, role };

export const userCreated = event({
  type: 'user.created',
  version: 1,
  summary: 'Somebody has signed up',
  key: 'userId',
  personal: ['email', 'firstName', 'lastName'],
  data: z.object({ ...person, createdAt: time(), updatedAt: time() }),
});

export const userUpdated = event({
  type: 'user.updated',
  version: 1,
  summary: 'Something of a user is otherwise than before; the data is the user as it is now',
  key: 'userId',
  personal: ['email', 'firstName', 'lastName'],
  data: z.object({
    ...person,
    changed: z
      .array(z.enum(['password', 'role']))
      .meta({ description: 'Empty where a row of the monolith tells it: it does not say what' }),
    cause: z.enum(['password_reset', 'password_changed', 'role_changed', 'unknown']),
    updatedAt: time(),
  }),
});

export const userRoleChanged = event({
  type: 'user.role_changed',
  version: 1,
  summary: 'An administrator has said which role somebody has, also when it was that one already',
  key: 'userId',
  personal: ['email'],
  data: z.object({
    userId: id,
    email: z.string(),
    oldRole: role,
    newRole: role.optional().meta({ description: 'Absent: the request had none' }),
    actorId: id.nullable(),
  }),
});

export const passwordResetRequested = event({
  type: 'user.password_reset_requested',
  version: 1,
  summary: 'Somebody is to be sent a link by which another password can be set',
  key: 'userId',
  personal: ['email', 'tokenSealed'],
  data: z.object({
    userId: id,
    email: z.string(),
    tokenSealed: z.string().meta({ description: 'About the user; opened by whoever sends the mail, and by nobody else' }),
    expiresAt: time(),
    requestedAt: time(),
  }),
});

export const userDeleted = event({
  type: 'user.deleted',
  version: 1,
  summary: 'An administrator has deleted a user, with everything that is theirs',
  key: 'userId',
  personal: ['email'],
  data: z.object({
    userId: id,
    email: z.string().nullable().meta({ description: 'Null, as role and actorId, where a row of the monolith tells it' }),
    role: role.nullable(),
    actorId: id.nullable(),
    deletedAt: time(),
    sagaId: z.string().optional().meta({ description: 'Absent where a row of the monolith tells it' }),
  }),
});
