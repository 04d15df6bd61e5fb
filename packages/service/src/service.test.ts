import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { internalEndpoint } from '@banyan/contract';
import { createTestDatabase } from '@banyan/proof/test-database';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { InternalHandler, InternalRoutes } from './answer-services.ts';
import { type RequestServer, type RunningService, type ServiceDefinition, startService } from './service.ts';
import { readSettings, serviceSettings, type ServiceSettings } from './settings.ts';

const settings = readSettings(serviceSettings, { PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'silent' });

interface Opened {
  readonly service: RunningService;
  /** Answers the request that is waiting. */
  answer(): void;
  /** Resolves when a request has arrived. */
  readonly arrived: Promise<void>;
  needs: Error | undefined;
}

async function open(change: Partial<ServiceSettings> = {}, more: Partial<ServiceDefinition<ServiceSettings>> = {}): Promise<Opened> {
  const arrival = Promise.withResolvers<void>();
  const turn = Promise.withResolvers<void>();
  const state = { needs: undefined as Error | undefined };
  const server = createServer((_request, response) => {
    arrival.resolve();
    void turn.promise.then(() => response.end('done'));
  });
  const definition = { name: 'test', settings: { ...settings, ...change }, serve: () => listen(server, state), ...more };
  const service = await startService(definition);
  return Object.assign(state, { service, answer: turn.resolve, arrived: arrival.promise });
}

function listen(server: Server, state: { needs: Error | undefined }): Promise<RequestServer> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        port: (server.address() as AddressInfo).port,
        ready: () => (state.needs === undefined ? Promise.resolve() : Promise.reject(state.needs)),
        close: () => new Promise((closed) => server.close(() => closed())),
        abort: () => server.closeAllConnections(),
      });
    });
  });
}

const ask = async (port: number, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, text: await answer.text() };
};

test('health and metrics are on the internal port', async () => {
  const opened = await open();
  const { internalPort } = opened.service;
  expect(await ask(internalPort, '/health/live')).toEqual({ status: 200, text: '{"status":"live"}' });
  expect(await ask(internalPort, '/health/ready')).toEqual({
    status: 200,
    text: '{"status":"ready","checks":{"service":"ok","needs":"ok"}}',
  });
  expect(await ask(internalPort, '/metrics')).toMatchObject({
    status: 200,
    text: expect.stringContaining('process_resident_memory_bytes{service="test"}'),
  });
  expect((await ask(internalPort, '/else')).status).toBe(404);
  opened.needs = new Error('the database is away');
  expect(await ask(internalPort, '/health/ready')).toEqual({
    status: 503,
    text: '{"status":"not ready","checks":{"service":"ok","needs":"the database is away"}}',
  });
  await opened.service.stop();
});

test('a drain lets the request in flight end, refuses new ones, and says it is not ready meanwhile', async () => {
  const opened = await open();
  const { port, internalPort } = opened.service;
  const answer = ask(port, '/');
  await opened.arrived;
  const stopped = opened.service.stop();
  expect(await ask(internalPort, '/health/ready')).toEqual({ status: 503, text: '{"status":"not ready","checks":{"service":"draining"}}' });
  await expect(ask(port, '/')).rejects.toThrow('fetch failed');
  opened.answer();
  expect(await answer).toEqual({ status: 200, text: 'done' });
  expect(await stopped).toBe(true);
  await expect(ask(internalPort, '/health/live')).rejects.toThrow('fetch failed');
});

test('a request that outlasts the drain is cut', async () => {
  const opened = await open({ DRAIN_TIMEOUT_MS: 100 });
  const answer = ask(opened.service.port, '/');
  await opened.arrived;
  expect(await opened.service.stop()).toBe(false);
  await expect(answer).rejects.toThrow('fetch failed');
});

test('schema changes are there before requests are served', async () => {
  await using database = await createTestDatabase();
  const schemaDirectory = mkdtempSync(join(tmpdir(), 'schema-'));
  writeFileSync(join(schemaDirectory, '001-things.sql'), 'create table things (id integer)');
  const { service } = await open({}, { database: { url: database.url, schemaDirectory } });
  expect((await database.query('select * from things')).rows).toEqual([]);
  await service.stop();
  rmSync(schemaDirectory, { recursive: true });
});

test('a start that fails frees its ports', async () => {
  const first = await open();
  const taken = first.service.internalPort;
  await expect(open({ INTERNAL_PORT: taken })).rejects.toMatchObject({
    code: 'SERVICE_PORT_TAKEN',
    message: `Port ${taken} (INTERNAL_PORT) is taken.`,
  });
  await first.service.stop();
  await expect(open({ INTERNAL_PORT: taken }, { serve: () => Promise.reject(new Error('no')) })).rejects.toThrow('no');
  const again = await open({ INTERNAL_PORT: taken });
  expect(again.service.internalPort).toBe(taken);
  await again.service.stop();
});

const things = internalEndpoint({
  name: 'test.things',
  method: 'POST',
  path: '/internal/things/:id',
  summary: 'For the test',
  callers: ['other'],
  params: z.object({ id: z.string() }),
  status: 201,
});

function answering(endpoint: InternalHandler['endpoint'], answer: InternalHandler['answer']) {
  const tokens = { verifyBearer: (header?: string) => Promise.resolve({ ok: header === 'Bearer x', service: 'other' } as const) };
  return async () => ({
    ...(await listen(createServer(), { needs: undefined })),
    internal: { tokens: tokens as InternalRoutes['tokens'], handlers: [{ endpoint, answer }] },
  });
}

test('what services ask each other is below /internal of the internal port, and nowhere else', async () => {
  const serve = answering(things, ({ params, query, body }) => Promise.resolve({ params, query: query.toString(), body }));
  const service = await startService({ name: 'test', settings, serve });
  const { port, internalPort } = service;
  const send = (toPort: number, path: string, authorization = 'Bearer x') =>
    fetch(`http://127.0.0.1:${toPort}${path}`, { method: 'POST', headers: { authorization }, body: '{"b":2}' });
  const told = await send(internalPort, '/internal/things/7?a=1');
  expect([told.status, await told.json()]).toEqual([201, { params: { id: '7' }, query: 'a=1', body: { b: 2 } }]);
  expect((await send(internalPort, '/internal/things/7', '')).status).toBe(401);
  expect((await send(internalPort, '/things/7')).status).toBe(404);
  expect((await ask(internalPort, '/things')).status).toBe(404);
  expect(port).not.toBe(internalPort);
  await service.stop();
});

test('a handler that no contract is for keeps the service from starting', async () => {
  const serve = answering(undefined as never, () => Promise.resolve('a secret'));
  await expect(startService({ name: 'test', settings, serve })).rejects.toMatchObject({
    code: 'SERVICE_INTERNAL_UNDECLARED',
    message: 'What other services may ask is not declared: handler 1 has no contract.',
  });
});

test('a service that answers no other service has nothing there', async () => {
  const opened = await open();
  expect((await ask(opened.service.internalPort, '/internal/things')).status).toBe(404);
  opened.answer();
  await opened.service.stop();
});
