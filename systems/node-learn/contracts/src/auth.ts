/** Signing in with Google, and who the token says you are. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { bareRefusal, refusal, serverError } from './refusals.ts';

const toGoogle = { Location: 'Google’s authorise page: response_type, redirect_uri, scope "email profile", client_id' };

export const startSignIn = endpoint({
  name: 'auth.start-sign-in',
  method: 'GET',
  path: '/api/auth/google',
  summary: 'Sends the browser to Google to sign in',
  caller: 'anyone',
  effect: { reads: [], writes: [] },
  responses: { 302: { description: 'To Google, without a body', headers: toGoogle } },
});

export const finishSignIn = endpoint({
  name: 'auth.finish-sign-in',
  method: 'GET',
  path: '/api/auth/google/callback',
  summary: 'Takes the code Google sent the browser back with, creates or refreshes the user, and issues a token',
  caller: 'anyone',
  effect: { reads: ['public.users'], writes: ['public.users'] },
  request: {
    query: z.object({
      code: z.string().optional().meta({ description: 'Works once' }),
      error: z.string().optional().meta({ description: '`access_denied` when the person refused' }),
      error_description: z.string().optional(),
    }),
  },
  responses: {
    302: {
      description: 'To the front end with the token, or to Google again when there is neither code nor error',
      headers: { Location: '<FRONTEND_URL>/auth/callback?token=<jwt>', Vary: 'Accept, when it leads to the front end' },
      contentType: 'text/plain',
      body: z.string(),
    },
    401: {
      description: 'The person refused; with flag auth.oauthState also a sign-in that was begun in another browser',
      body: z.union([z.strictObject({ message: z.literal('Unauthorized'), statusCode: z.literal(401) }), refusal(401, 'Unauthorized')]),
    },
    500: {
      ...serverError,
      description: 'Google reports another error, or does not know the code',
      quirk: ({ query: { code, error } }) => (error ?? '') !== '' || (code ?? '') !== '',
    },
    503: {
      description: 'This program may not write users now; somebody else may, or will in a moment',
      headers: { 'Retry-After': 'Seconds' },
      body: bareRefusal(503, 'Service Unavailable'),
    },
  },
});

export const profile = endpoint({
  name: 'auth.profile',
  method: 'GET',
  path: '/api/auth/profile',
  summary: 'Who the token says you are; the database is not asked',
  caller: 'user',
  effect: { reads: [], writes: [] },
  responses: {
    200: {
      description: 'The claims of the token; name and isAdmin are absent when the token lacks them',
      body: z.strictObject({ id: z.int(), email: z.string(), name: z.string().optional(), isAdmin: z.boolean().nullable().optional() }),
    },
    401: {
      description: 'A good token that does not say who you are; with flag auth.profile401 also no good token',
      body: z.union([refusal(401, 'Unauthorized'), bareRefusal(401, 'Unauthorized')]),
    },
    500: {
      ...serverError,
      description: 'No token, or one that is malformed, expired, forged or of another algorithm',
      quirk: ({ caller, flags }) => caller === 'unknown' && !flags.has('auth.profile401'),
    },
  },
});

export const authEndpoints = [startSignIn, finishSignIn, profile] as const;
