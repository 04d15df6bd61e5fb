import { internalEndpoint, type Method } from '@banyan/contract';
import { expect, test } from 'vitest';
import type { InternalRequest } from './running/internal-server.ts';
import { answerServices, type InternalHandler, type InternalRoutes, requireInternalContracts } from './answer-services.ts';

const at = (method: Method, path: string, answer: InternalHandler['answer'], status?: number): InternalHandler => ({
  endpoint: internalEndpoint({
    name: `library.${method.toLowerCase()}-${path.split('/').at(-1)}`,
    method,
    path,
    summary: 'For the test',
    callers: ['reader'],
    ...(status === undefined ? {} : { status }),
  }),
  answer,
});

const routes: InternalRoutes = {
  tokens: {
    verifyBearer: (authorization) => {
      const [, service] = /^Bearer good (\w+)$/.exec(authorization ?? '') ?? [];
      return Promise.resolve(service === undefined ? { ok: false } : { ok: true, service });
    },
  },
  handlers: [
    at('GET', '/internal/books', ({ query }) => Promise.resolve([query.get('after')])),
    at('POST', '/internal/books', ({ body, idempotencyKey }) => Promise.resolve({ given: body, idempotencyKey }), 201),
    at('GET', '/internal/nothing', () => Promise.resolve(undefined)),
    at('GET', '/internal/gone', () => Promise.reject(new Error('gone'))),
    at('GET', '/internal/fault', () => Promise.reject(new Error('a secret reason'))),
  ],
  toAnswer: (error) => ((error as Error).message === 'gone' ? { status: 410, body: 'gone' } : undefined),
};

function ask(path: string, { method = 'GET', authorization = 'Bearer good reader', ...more }: Partial<InternalRequest> = {}) {
  return answerServices('library', { method, path, query: new URLSearchParams('after=7'), authorization, ...more }, routes);
}

test('a service that the endpoint names is told what is there', async () => {
  expect(await ask('/internal/books')).toEqual({ status: 200, body: ['7'] });
  expect(await ask('/internal/books', { method: 'POST', body: { title: 'Emma' }, idempotencyKey: 'k' })).toEqual({
    status: 201,
    body: { given: { title: 'Emma' }, idempotencyKey: 'k' },
  });
});

test('another service is refused, by what the endpoint declares', async () => {
  for (const method of ['GET', 'POST'])
    expect(await ask('/internal/books', { method, authorization: 'Bearer good writer' })).toEqual({
      status: 403,
      body: { message: 'Forbidden', statusCode: 403 },
    });
});

test.each(['/internal/books', '/internal/nothing', '/internal/fault', '/internal/else'])(
  'nobody else is told anything, not even what is not there: %s',
  async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) expect((await ask(path, { method, authorization: '' })).status).toBe(401);
  },
);

test('what is not there, what is answered otherwise, and a fault', async () => {
  expect((await ask('/internal/nothing')).status).toBe(404);
  expect((await ask('/internal/else')).status).toBe(404);
  expect((await ask('/internal/nothing', { method: 'POST' })).status).toBe(404);
  expect(await ask('/internal/gone')).toEqual({ status: 410, body: 'gone' });
  expect(await ask('/internal/fault')).toEqual({ status: 500, body: { statusCode: 500, message: 'Internal server error' } });
});

test('handlers that no contract is for, or one that names no caller, are named', () => {
  const { endpoint, answer } = routes.handlers[0]!;
  const handlers = [
    ...routes.handlers,
    { answer } as unknown as InternalHandler,
    { endpoint: { ...endpoint, path: '/books' }, answer },
    { endpoint: { ...endpoint, callers: [] }, answer },
    { endpoint, answer },
  ];
  expect(() => requireInternalContracts(routes)).not.toThrow();
  expect(() => requireInternalContracts({ ...routes, handlers })).toThrowError(
    expect.objectContaining({
      code: 'SERVICE_INTERNAL_UNDECLARED',
      message:
        'What other services may ask is not declared: handler 6 has no contract; "library.get-books" is at /books, which is not below /internal; ' +
        '"library.get-books" does not say which services may ask; GET /internal/books has two handlers.',
      fix: expect.stringContaining('internalEndpoint()'),
    }),
  );
});
