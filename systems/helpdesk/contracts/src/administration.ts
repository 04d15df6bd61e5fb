/** What administrators do with users. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { forbidden, hasNul, invalid, notNow, refusal, serverError, tooLarge, unauthorized, unreadableBody } from './refusals.ts';
import { id, role, roles, userReference } from './users.ts';

const users = 'public.users';
const params = z.object({ id: id.meta({ examples: ['nobody'] }) });
const unknownUser = { description: 'No such user', body: refusal(404, 'Not Found') };
const closed = { 401: unauthorized, 403: forbidden, 404: unknownUser, 413: tooLarge, 415: unreadableBody, 503: notNow };

const changeRole = endpoint({
  name: 'admin.change-role',
  method: 'PATCH',
  path: '/admin/users/:id/role',
  summary: 'Makes somebody an administrator or an agent, from their next request on',
  caller: 'admin',
  effect: { reads: [users], writes: [users] },
  request: { params, body: z.object({ role: role.optional() }).meta({ examples: [{ role: 'AGENT' }] }) },
  responses: {
    200: { description: 'The user; as before where the request has no role', body: z.strictObject({ ...userReference, role }) },
    400: {
      ...invalid,
      description: 'A body that is not JSON, or a path that cannot be decoded; with flag fix.validation also no such role',
    },
    ...closed,
    500: serverError('No such role, or an id with a NUL', ({ body, params: { id: given }, flags }) => {
      const wanted = (body as { role?: unknown } | undefined)?.role;
      const isUnknown = wanted !== undefined && !(roles as readonly unknown[]).includes(wanted);
      return hasNul(given) || (isUnknown && !flags.has('fix.validation'));
    }),
  },
});

const removeUser = endpoint({
  name: 'admin.remove-user',
  method: 'DELETE',
  path: '/admin/users/:id',
  summary: 'Deletes somebody with everything that is theirs; what is theirs to do is nobody’s then',
  caller: 'admin',
  effect: { reads: [users], writes: [users, 'public.password_reset_tokens'] },
  request: { params },
  responses: {
    200: { description: 'Gone', body: z.strictObject({ message: z.literal('User deleted successfully') }) },
    400: { ...invalid, description: 'Oneself, a body that is not JSON, or a path that cannot be decoded' },
    ...closed,
    500: serverError(
      'Nothing was deleted, because not everybody who keeps something of theirs answered; or an id with a NUL',
      ({ params: { id: given } }) => hasNul(given),
    ),
  },
});

export const administrationEndpoints = [changeRole, removeUser] as const;
