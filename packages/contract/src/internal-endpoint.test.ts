import { expect, test } from 'vitest';
import { z } from 'zod';
import { findInternal, internalEndpoint, type InternalEndpointContract } from './internal-endpoint.ts';

const users: InternalEndpointContract = {
  name: 'auth.internal.users',
  method: 'GET',
  path: '/internal/users',
  summary: 'All users',
  callers: ['admin'],
};
const user = { ...users, name: 'auth.internal.user', path: '/internal/users/:id', params: z.object({ id: z.string().regex(/^\d+$/) }) };
const refs = { ...users, name: 'auth.internal.refs', path: '/internal/users/refs' };

test.each<[string, Partial<InternalEndpointContract>]>([
  ['its name is not lower-case and dotted', { name: 'users' }],
  ['is not below /internal', { path: '/api/users' }],
  ['it declares no caller: name the services that may ask', { callers: [] }],
  ['its path has the parameters "id", its schema ""', { path: '/internal/users/:id' }],
])('it is refused when %s', (problem, change) => {
  expect(() => internalEndpoint({ ...users, ...change })).toThrowError(
    expect.objectContaining({ code: 'CONTRACT_ENDPOINT_INVALID', message: expect.stringContaining(problem) }),
  );
});

test('a request finds its endpoint by method and path; fixed segments win, and parameters are decoded and checked', () => {
  const entries = [users, user, refs].map((endpoint) => ({ endpoint: internalEndpoint(endpoint) }));
  const find = (method: string, path: string) => {
    const found = findInternal(entries, method, path);
    return found && [found.entry.endpoint.name, found.params];
  };
  expect(find('GET', '/internal/users')).toEqual(['auth.internal.users', {}]);
  expect(find('GET', '/internal/users/refs')).toEqual(['auth.internal.refs', {}]);
  expect(find('GET', '/internal/users/%37')).toEqual(['auth.internal.user', { id: '7' }]);
  for (const path of ['/internal/users/x', '/internal/users/', '/internal/users/7/x', '/internal/users/%', '/internal/Users', '/internal'])
    expect(find('GET', path), path).toBeUndefined();
  expect(find('POST', '/internal/users')).toBeUndefined();
});
