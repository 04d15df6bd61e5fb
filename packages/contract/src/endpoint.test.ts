import { expect, test } from 'vitest';
import { z } from 'zod';
import { callerOf, endpoint, type EndpointContract } from './endpoint.ts';

const profile: EndpointContract = {
  name: 'auth.profile',
  method: 'GET',
  path: '/api/auth/profile',
  summary: 'Who the token says you are',
  caller: 'user',
  effect: { reads: [], writes: [] },
  responses: { 200: { description: 'The claims', body: z.object({ id: z.int() }) } },
};

test('a sound declaration comes back frozen', () => {
  const declared = endpoint(profile);
  expect(declared).toEqual(profile);
  expect(Object.isFrozen(declared)).toBe(true);
});

test.each<[string, Partial<EndpointContract>]>([
  ['its name is not lower-case and dotted', { name: 'Profile' }],
  ['is not made of /segments', { path: 'api/profile' }],
  [':id is in the path but has no schema', { path: '/api/users/:id' }],
  ['"id" has a schema but is not in the path', { request: { params: z.object({ id: z.string() }) } }],
  ['table "users" is not written as schema.table', { effect: { reads: ['users'], writes: [] } }],
  ['it is for `self` and does not say whom it is about', { corrected: { flag: 'a.b', caller: 'self' } }],
  ['it is about :id, which is not in the path', { about: { in: 'params', field: 'id' } }],
  ['a path below /internal is for services', { path: '/internal/profile' }],
  ['a GET request has no body', { request: { body: z.string() } }],
  ['it declares no response', { responses: {} }],
  ['101 is not a final HTTP status', { responses: { 101: { description: 'no' } } }],
])('it is refused when %s', (problem, change) => {
  expect(() => endpoint({ ...profile, ...change })).toThrowError(
    expect.objectContaining({ code: 'CONTRACT_ENDPOINT_INVALID', message: expect.stringContaining(problem), fix: expect.any(String) }),
  );
});

test('everything that is wrong is named at once', () => {
  expect(() => endpoint({ ...profile, name: 'x', path: 'y' })).toThrowError(/its name .*; its path/);
});

test('a flag that is on closes what its contract says, and nothing else', () => {
  const open = { ...profile, caller: 'anyone', corrected: { flag: 'auth.closed', caller: 'admin' } } as const;
  expect(callerOf(open, new Set())).toBe('anyone');
  expect(callerOf(open, new Set(['other']))).toBe('anyone');
  expect(callerOf(open, new Set(['auth.closed']))).toBe('admin');
  expect(callerOf(profile, new Set(['auth.closed']))).toBe('user');
});
