import { setTimeout as wait } from 'node:timers/promises';
import { endpoint } from '@banyan/contract';
import { type RunningService, readSettings, serviceSettings } from '@banyan/service';
import { currentTrace } from '@banyan/telemetry';
import { Controller, Get, Module } from '@nestjs/common';
import { beforeEach, expect, test } from 'vitest';
import { startNestService } from './nest-service.ts';
import { exchangeRaw } from './raw-exchange.ts';

let arrived: PromiseWithResolvers<void>;
let turn: PromiseWithResolvers<void>;

@Controller()
class Routes {
  @Get('slow')
  async slow() {
    arrived.resolve();
    await turn.promise;
    return { done: true };
  }
  @Get('fenced')
  fenced() {
    throw Object.assign(new Error('things are owned by another program'), { code: '25006' });
  }
  @Get('broken')
  broken() {
    throw new Error('something else');
  }
  @Get('trace')
  async trace() {
    await wait(1);
    return currentTrace();
  }
}

@Module({ controllers: [Routes] })
class Application {}

const rest = {
  method: 'GET',
  summary: 'For the test',
  caller: 'anyone',
  effect: { reads: [], writes: [] },
  responses: { 200: { description: 'It' } },
} as const;
const endpoints = [
  endpoint({ ...rest, name: 'test.slow', path: '/api/slow' }),
  endpoint({ ...rest, name: 'test.trace', path: '/api/trace' }),
  endpoint({ ...rest, name: 'test.fenced', path: '/api/fenced' }),
  endpoint({ ...rest, name: 'test.broken', path: '/api/broken' }),
];

beforeEach(() => {
  arrived = Promise.withResolvers();
  turn = Promise.withResolvers();
});

function start(change: Record<string, string> = {}): Promise<RunningService> {
  const settings = readSettings(serviceSettings, { PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'silent', ...change });
  return startNestService({ name: 'test', settings, prefix: 'api', endpoints, module: () => Application });
}

test('a drain answers the request in flight, closes its connection, and takes no new one', async () => {
  const service = await start();
  const idle = await fetch(`http://127.0.0.1:${service.port}/api/trace`);
  await idle.text();
  const answer = fetch(`http://127.0.0.1:${service.port}/api/slow`);
  await arrived.promise;
  const stopped = service.stop();
  await expect(exchangeRaw(service.port, { path: '/api/trace' })).rejects.toMatchObject({
    code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/),
  });
  turn.resolve();
  expect((await answer).headers.get('connection')).toBe('close');
  expect(await (await answer).json()).toEqual({ done: true });
  expect(await stopped).toBe(true);
});

test('a request that outlasts the drain is cut', async () => {
  const service = await start({ DRAIN_TIMEOUT_MS: '100' });
  const answer = fetch(`http://127.0.0.1:${service.port}/api/slow`);
  await arrived.promise;
  const stopped = service.stop();
  await expect(answer).rejects.toThrow('fetch failed');
  turn.resolve();
  expect(await stopped).toBe(false);
});

test('every request runs in the trace of its caller and is counted by its route', async () => {
  const service = await start();
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  expect(await (await fetch(`http://127.0.0.1:${service.port}/API/trace/`, { headers })).json()).toMatchObject({ traceId });
  const metrics = await (await fetch(`http://127.0.0.1:${service.internalPort}/metrics`)).text();
  expect(metrics).toContain('http_request_method="GET",http_route="/api/trace",http_response_status_code="200"} 1');
  await service.stop();
});

test('a taken port is named, and what was opened is closed again', async () => {
  const first = await start();
  await expect(start({ PORT: String(first.port) })).rejects.toMatchObject({
    code: 'NEST_PORT_TAKEN',
    message: `Port ${first.port} (PORT) is taken.`,
    fix: expect.stringContaining('ss -ltnp'),
  });
  await first.stop();
});

test('what the database refuses behind a fence is 503 with Retry-After, without a word of its reason; any other failure is 500', async () => {
  const service = await start();
  const told = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${service.port}/api/${path}`);
    return [answer.status, answer.headers.get('retry-after'), await answer.text()];
  };
  expect(await told('fenced')).toEqual([503, '1', '{"statusCode":503,"message":"Service Unavailable"}']);
  expect(await told('broken')).toEqual([500, null, '{"statusCode":500,"message":"Internal server error"}']);
  await service.stop();
});
