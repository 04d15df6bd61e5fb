import { endpoint, type EndpointContract } from '@banyan/contract';
import { createTokens } from '@banyan/identity';
import { readSettings, serviceSettings } from '@banyan/service';
import { Controller, Delete, Get, Inject, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startNestService } from './nest-service.ts';

@Controller('things')
class Things {
  @Get()
  list() {
    return [];
  }
  @Delete(':id')
  remove() {}
}

/** A route that NestJS knows nothing of. */
class Backdoor {
  readonly path = '/api/backdoor';

  constructor(@Inject(HttpAdapterHost) { httpAdapter }: HttpAdapterHost) {
    httpAdapter.getInstance<FastifyInstance>().get(this.path, function open() {
      return 'open';
    });
  }
}

@Module({ controllers: [Things] })
class Application {}

@Module({ controllers: [Things], providers: [Backdoor] })
class WithBackdoor {}

const settings = readSettings(serviceSettings, { PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'silent' });
const rest = {
  summary: 'For the test',
  caller: 'anyone',
  effect: { reads: [], writes: [] },
  responses: { 200: { description: 'It' } },
} as const;
const list = endpoint({ ...rest, name: 'things.list', method: 'GET', path: '/api/things' });
const request = { params: z.object({ id: z.string() }) };
const remove = endpoint({ ...rest, name: 'things.remove', method: 'DELETE', path: '/api/things/:id', request });
const callers = { tokens: createTokens({ secret: 'a secret that is only used by this test' }), claims: [] };

function start(endpoints: readonly EndpointContract[], module: typeof Application = Application) {
  return startNestService({ name: 'test', settings, prefix: 'api', endpoints, module: () => module });
}

test('with a contract for each handler and a handler for each contract the service starts', async () => {
  const service = await start([list, remove]);
  expect((await fetch(`http://127.0.0.1:${service.port}/api/things`, { method: 'HEAD' })).status).toBe(200);
  await service.stop();
});

test('handlers without a contract are named, with what to do', async () => {
  await expect(start([list])).rejects.toMatchObject({
    code: 'NEST_HANDLER_UNDECLARED',
    message: 'No contract of "test" says who may call Things.remove (DELETE /api/things/:id).',
    fix: expect.stringContaining('Declare it with endpoint()'),
  });
  await expect(start([])).rejects.toThrow('Things.list (GET /api/things), Things.remove (DELETE /api/things/:id)');
  await expect(start([list, remove], WithBackdoor)).rejects.toThrow('No contract of "test" says who may call open (GET /api/backdoor).');
});

test('the contract of another path or method is none, and neither is one with a parameter of another name', async () => {
  const other = { ...remove, path: '/api/things/:thing', request: { params: z.object({ thing: z.string() }) } };
  await expect(start([list, endpoint(other)])).rejects.toMatchObject({ code: 'NEST_HANDLER_UNDECLARED' });
});

test('a contract that nothing serves is named', async () => {
  const more = endpoint({ ...rest, name: 'things.more', method: 'GET', path: '/api/more' });
  await expect(start([list, remove, more])).rejects.toMatchObject({
    code: 'NEST_ENDPOINT_UNSERVED',
    message: '"test" has no handler for things.more (GET /api/more).',
  });
});

test('an endpoint that is not for anyone, now or with a flag, needs to know its callers', async () => {
  for (const closed of [
    { ...remove, caller: 'admin' },
    { ...remove, corrected: { flag: 'a.b', caller: 'user' } },
  ] as const) {
    await expect(start([list, endpoint(closed)])).rejects.toMatchObject({
      code: 'NEST_CALLERS_MISSING',
      message: '"test" does not know its callers, and things.remove is not for anyone.',
    });
    const endpoints = [list, endpoint(closed)];
    const service = await startNestService({ name: 'test', settings, prefix: 'api', endpoints, callers, module: () => Application });
    await service.stop();
  }
});
