import { expect, test } from 'vitest';
import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { toOpenApi } from './open-api.ts';

const api = { title: 'Test', version: '1.0', description: 'For the test.' };

const change = endpoint({
  name: 'admin.change-user',
  method: 'PUT',
  path: '/api/users/:id',
  summary: 'Changes a user',
  caller: 'admin',
  effect: { reads: [], writes: ['public.users'] },
  request: {
    params: z.object({ id: z.string() }),
    query: z.object({ dry: z.enum(['yes', 'no']).optional() }),
    body: z.object({ name: z.string() }),
  },
  responses: {
    200: { description: 'Changed', body: z.object({ id: z.int() }), headers: { ETag: 'the version' } },
    404: { description: 'Nobody' },
  },
});

test('an endpoint becomes a path with parameters, bodies, headers, security and its effect', () => {
  const document = toOpenApi(api, [change]) as { openapi: string; paths: Record<string, Record<string, unknown>> };
  expect(document.openapi).toBe('3.1.0');
  expect(document.paths['/api/users/{id}']?.['put']).toMatchObject({
    operationId: 'admin.change-user',
    security: [{ bearer: [] }],
    'x-effect': { reads: [], writes: ['public.users'] },
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'dry', in: 'query', required: false, schema: { enum: ['yes', 'no'] } },
    ],
    requestBody: { content: { 'application/json': { schema: { properties: { name: { type: 'string' } } } } } },
    responses: {
      200: { headers: { ETag: { description: 'the version' } }, content: { 'application/json': { schema: { type: 'object' } } } },
      404: { description: 'Nobody' },
    },
  });
});

test('the document is plain JSON without schema dialects inside', () => {
  const text = JSON.stringify(toOpenApi(api, [change]));
  expect(JSON.parse(text)).toEqual(toOpenApi(api, [change]));
  expect(text).not.toContain('$schema');
});

test.each([
  ['name', change, { ...change, path: '/api/elsewhere/:id' }],
  ['route', change, { ...change, name: 'admin.other', path: '/API/users/:number', request: { params: z.object({ number: z.string() }) } }],
])('two endpoints with one %s are refused', (_what, one, other) => {
  expect(() => toOpenApi(api, [one, other])).toThrowError(expect.objectContaining({ code: 'CONTRACT_ENDPOINT_DUPLICATE' }));
});
