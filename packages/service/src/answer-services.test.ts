import { expect, test } from 'vitest';
import { answerServices, type InternalRoutes } from './answer-services.ts';

const routes: InternalRoutes = {
  service: 'library',
  tokens: { verifyBearer: (authorization) => Promise.resolve({ ok: authorization === 'Bearer good' }) },
  find: (path, query) => {
    if (path === '/internal/books') return Promise.resolve([query.get('after')]);
    return path === '/internal/nothing' ? Promise.resolve(undefined) : Promise.reject(new Error(path));
  },
  toAnswer: (error) => ((error as Error).message === '/internal/gone' ? { status: 410, body: 'gone' } : undefined),
};

async function statusOf(path: string, { method = 'GET', authorization = 'Bearer good' } = {}): Promise<number> {
  return (await answerServices({ method, path, query: new URLSearchParams(), authorization }, routes)).status;
}

test('a service is told what is there', async () => {
  const request = { method: 'GET', path: '/internal/books', query: new URLSearchParams('after=7'), authorization: 'Bearer good' };
  expect(await answerServices(request, routes)).toEqual({ status: 200, body: ['7'] });
});

test.each(['/internal/books', '/internal/nothing', '/internal/fault'])(
  'nobody else is told anything, not even what is not there: %s',
  async (path) => {
    expect(await statusOf(path, { authorization: '' })).toBe(401);
    expect(await statusOf(path, { authorization: '', method: 'POST' })).toBe(401);
  },
);

test('what changes something is asked with its body, and only by a service', async () => {
  const change = ({ method, path, body }: { method: string; path: string; body?: unknown }) =>
    Promise.resolve(path === '/internal/books' ? { status: 201, body: { method, given: body } } : undefined);
  const ask = (path: string, authorization = 'Bearer good') =>
    answerServices({ method: 'POST', path, query: new URLSearchParams(), authorization, body: { title: 'Emma' } }, { ...routes, change });
  expect(await ask('/internal/books')).toEqual({ status: 201, body: { method: 'POST', given: { title: 'Emma' } } });
  expect((await ask('/internal/books', '')).status).toBe(401);
  expect((await ask('/internal/nothing')).status).toBe(404);
});

test('what is not there, what only reading is there for, what is answered otherwise, and a fault', async () => {
  expect(await statusOf('/internal/nothing')).toBe(404);
  expect(await statusOf('/internal/books', { method: 'POST' })).toBe(404);
  expect(await statusOf('/internal/gone')).toBe(410);
  expect(await statusOf('/internal/fault')).toBe(500);
});
