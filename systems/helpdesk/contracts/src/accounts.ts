/** Accounts: signing up, logging in, and the ways to another password. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { hasNul, invalid, notNow, refusal, serverError, tooLarge, unauthorized, unreadableBody } from './refusals.ts';
import { role, userReference } from './users.ts';

const users = 'public.users';
const tokens = 'public.password_reset_tokens';
const shortestPassword = 6;
const password = z.string().min(shortestPassword);
const optionalName = z.string().nullable().optional();
const token = z.string().meta({ description: 'A JSON Web Token, HS256, for seven days: sub, email, role' });
const message = (text: string) => z.strictObject({ message: z.literal(text) });
const nothingKept = serverError('A text with a NUL, which the database does not keep', ({ body }) => hasNul(body));

const signUp = endpoint({
  name: 'auth.sign-up',
  method: 'POST',
  path: '/auth/signup',
  summary: 'Makes an account, always of an agent, and issues a token',
  caller: 'anyone',
  effect: { reads: [users], writes: [users] },
  request: {
    body: z
      .object({ email: z.email(), password, firstName: optionalName, lastName: optionalName })
      .meta({ examples: [{ email: 'somebody@example.test', password: 'correct horse' }] }),
  },
  responses: {
    201: {
      description: 'The account',
      body: z.strictObject({ user: z.strictObject({ ...userReference, createdAt: z.iso.datetime(), role }), token }),
    },
    400: invalid,
    409: { description: 'Somebody has this e-mail, in the same letters', body: refusal(409, 'Conflict') },
    413: tooLarge,
    415: unreadableBody,
    500: {
      ...nothingKept,
      description: 'A text with a NUL; also whoever signs up at the same moment under the same e-mail and is not the first',
    },
    503: notNow,
  },
});

const logIn = endpoint({
  name: 'auth.log-in',
  method: 'POST',
  path: '/auth/login',
  summary: 'Issues a token to who knows the password',
  caller: 'anyone',
  effect: { reads: [users], writes: [] },
  request: {
    body: z
      .object({ email: z.email(), password: z.string().min(1) })
      .meta({ examples: [{ email: 'somebody@example.test', password: 'correct horse' }] }),
  },
  responses: {
    201: {
      description: 'The user; with flag fix.login_role also the role',
      body: z.strictObject({ user: z.strictObject({ ...userReference, role: role.optional() }), token }),
    },
    400: invalid,
    401: { description: 'Unknown, or another password: nobody is told which', body: refusal(401, 'Unauthorized') },
    413: tooLarge,
    415: unreadableBody,
    500: serverError('Something failed that is not the client’s to mend'),
  },
});

const forgotPassword = endpoint({
  name: 'auth.forgot-password',
  method: 'POST',
  path: '/auth/forgot-password',
  summary: 'Sends a reset link, where there is such an account; the answer does not tell',
  caller: 'anyone',
  effect: { reads: [users], writes: [tokens] },
  request: { body: z.object({ email: z.email() }).meta({ examples: [{ email: 'nobody@example.test' }] }) },
  responses: {
    201: { description: 'Always the same', body: message('If the email exists, a reset link has been sent') },
    400: invalid,
    413: tooLarge,
    415: unreadableBody,
    500: serverError('Something failed that is not the client’s to mend'),
    503: notNow,
  },
});

const resetPassword = endpoint({
  name: 'auth.reset-password',
  method: 'POST',
  path: '/auth/reset-password',
  summary: 'Sets another password, for who has a link that is younger than an hour and was not used',
  caller: 'anyone',
  effect: { reads: [tokens], writes: [users, tokens] },
  request: {
    body: z
      .object({ token: z.string().min(1), newPassword: password })
      .meta({ examples: [{ token: '0'.repeat(64), newPassword: 'correct horse' }] }),
  },
  responses: {
    201: { description: 'The link is used up', body: message('Password reset successful') },
    400: invalid,
    413: tooLarge,
    415: unreadableBody,
    500: serverError('Something failed that is not the client’s to mend'),
    503: notNow,
  },
});

const changePassword = endpoint({
  name: 'auth.change-password',
  method: 'POST',
  path: '/auth/change-password',
  summary: 'Sets another password, for who knows the old one',
  caller: 'user',
  effect: { reads: [users], writes: [users] },
  request: {
    body: z
      .object({ oldPassword: z.string().min(1), newPassword: password })
      .meta({ examples: [{ oldPassword: 'correct horse', newPassword: 'battery staple' }] }),
  },
  responses: {
    201: { description: 'Tokens stay good', body: message('Password changed successfully') },
    400: { ...invalid, description: 'Fields that are wrong, or another old password' },
    401: unauthorized,
    413: tooLarge,
    415: unreadableBody,
    500: serverError('In the monolith always: no password can be changed there'),
    503: notNow,
  },
});

const whoAmI = endpoint({
  name: 'auth.me',
  method: 'GET',
  path: '/auth/me',
  summary: 'Who one is now, whatever the token says; the monolith has no such route',
  caller: 'user',
  effect: { reads: [users], writes: [] },
  responses: {
    200: { description: 'Oneself', body: z.strictObject({ ...userReference, role }) },
    401: unauthorized,
    500: serverError('Something failed that is not the client’s to mend'),
  },
});

export const accountEndpoints = [signUp, logIn, forgotPassword, resetPassword, changePassword, whoAmI] as const;
