import { endpoint, type EndpointContract, type GivenRequest } from '@banyan/contract';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { fuzzEndpoint } from './fuzz-endpoint.ts';

type Answer = { readonly status: number; readonly body?: unknown; readonly type?: string };
type Program = (request: { readonly id: string; readonly query: string; readonly body: string; readonly authorization: string }) => Answer;

let program: Program;
let asked: string[];
let server: Server;
let client: HttpClient;
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [path = '', query = ''] = (request.url ?? '').split('?');
      const body = Buffer.concat(chunks).toString();
      asked.push(`${request.method} ${request.url} ${body}`);
      const answer = program({ id: path.split('/').at(-1) ?? '', query, body, authorization: request.headers.authorization ?? '' });
      response.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json' }).end(JSON.stringify(answer.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = createHttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await client.close();
  server.close();
});

const isNumber = (text: string) => /^\d{1,9}$/.test(text);
const contract = (quirk?: (request: GivenRequest) => boolean): EndpointContract =>
  endpoint({
    name: 'things.change',
    method: 'PUT',
    path: '/things/:id',
    summary: '',
    caller: 'anyone',
    effect: { reads: [], writes: [] },
    request: {
      params: z.object({ id: z.string().meta({ examples: ['1'] }) }),
      query: z.object({ dry: z.enum(['yes', 'no']).optional() }),
      body: z.object({ count: z.int().min(0), title: z.string() }).meta({ examples: [{ count: 1, title: 'a' }] }),
    },
    responses: {
      200: { description: 'It', body: z.strictObject({ ok: z.literal(true) }) },
      500: { description: 'No number', body: z.looseObject({}), ...(quirk === undefined ? {} : { quirk }) },
    },
  });
const good: Answer = { status: 200, body: { ok: true } };

function fuzz(endpoints: readonly [EndpointContract, ...EndpointContract[]], options: { seed?: number; path?: string } = {}) {
  asked = [];
  const target = {
    client,
    tokens: { user: 'u', admin: 'a' },
    flags: new Set<string>(),
    endpoints,
    readRows: () => Promise.resolve(() => true),
  };
  return fuzzEndpoint(endpoints[0], target, { seed: 7, runs: 300, ...options });
}

test('what answers as its contract says has no failure, and was asked in many ways', async () => {
  program = () => good;
  expect(await fuzz([contract()])).toBeUndefined();
  expect(new Set(asked).size).toBeGreaterThan(400);
  for (const kind of [/PUT \/things\/1[? ]/, /%/, /dry=/, /"count":-/, /__proto__/, /^PUT \S+ $/, /\[\[\[\[/, /x{100000}/])
    expect(
      asked.some((one) => kind.test(one)),
      String(kind),
    ).toBe(true);
});

test.each<[string, Program, string]>([
  ['a 5xx for an odd id', ({ id }) => (isNumber(id) ? good : { status: 500 }), 'a 5xx that the contract does not allow'],
  ['a 5xx for one body', ({ body }) => (body.includes('\\u0000') ? { status: 500 } : good), 'a 5xx that the contract does not allow'],
  [
    'a status that is not declared',
    ({ query }) => (query.includes('dry=y') ? { status: 404 } : good),
    'a status that the contract does not declare: 404',
  ],
  [
    'a body of another shape',
    ({ authorization }) => (authorization === 'Bearer a' ? { status: 200, body: { ok: true, secret: 1 } } : good),
    'Unrecognized key',
  ],
  [
    'a body of another type',
    ({ body }) => (body.startsWith('<') ? { ...good, type: 'text/html' } : good),
    'text/html instead of application/json',
  ],
])('%s is found, with a request that shows it again', async (_what, faulty, problem) => {
  program = faulty;
  const failure = await fuzz([contract()]);
  expect(failure).toContain(problem);
  const [, path] = /again: seed 7, path "([\d:]+)"/.exec(failure ?? '') ?? [];
  expect(await fuzz([contract()], path === undefined ? {} : { path })).toContain(problem);
  // What is always asked needs no place; a drawn request is asked again with a few smaller ones.
  expect(path === undefined ? failure?.includes('again: always') : asked.length < 100).toBe(true);
});

test('a quirk allows its own requests and no others', async () => {
  program = ({ id }) => (isNumber(decodeURIComponent(id.replaceAll('%', '%25'))) ? good : { status: 500 });
  expect(await fuzz([contract(({ params }) => !isNumber(params['id'] ?? ''))])).toBeUndefined();
  expect(await fuzz([contract(({ params }) => params['id'] === 'x')])).toContain('a 5xx that the contract does not allow');
});

test('what is meant for another endpoint is not asked', async () => {
  program = ({ id }) => (id.toLowerCase() === '1' ? { status: 418 } : good);
  const other = endpoint({ ...contract(), name: 'things.first', path: '/things/1', request: {} });
  const reading = endpoint({ ...other, name: 'things.read', method: 'GET', path: '/things/2' });
  expect(await fuzz([contract(), other, reading])).toBeUndefined();
  expect(asked.some((one) => one.startsWith('PUT /things/2'))).toBe(true);
  expect(await fuzz([contract()])).toContain('418');
});
