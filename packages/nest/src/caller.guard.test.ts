import { type Caller, type EndpointContract, endpoint } from '@banyan/contract';
import { createTokens } from '@banyan/identity';
import { readSettings, type RunningService, serviceSettings } from '@banyan/service';
import { Body, Controller, Get, ImATeapotException, Module, Post, Req } from '@nestjs/common';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Callers, RequestOfCaller } from './caller.guard.ts';
import { startNestService } from './nest-service.ts';

const tokens = createTokens({ secret: 'a secret that is only used by this test' });
const refuse: Callers['refuse'] = ({ name }, reason) => new ImATeapotException(`${name}: ${reason}`);
const callers: Callers = { tokens, claims: ['sub', 'email'], guestId: 1, flags: new Set(['things.closed']) };

@Controller('things')
class Things {
  @Get(':id')
  read(@Req() { callerId }: RequestOfCaller) {
    return { callerId };
  }
  @Post()
  write(@Req() { callerId }: RequestOfCaller, @Body() body: unknown) {
    return { callerId, body };
  }
}

@Module({ controllers: [Things] })
class Application {}

const rest = { summary: 'For the test', effect: { reads: [], writes: [] }, responses: { 200: { description: 'It' } } };
const id = z.string().regex(/^\d+$/, 'The id is no number');
type Change = Partial<Pick<EndpointContract, 'corrected' | 'about'>>;
const reading = (caller: Caller, change: Change = {}) =>
  endpoint({
    ...rest,
    name: 'things.read',
    method: 'GET',
    path: '/api/things/:id',
    request: { params: z.object({ id }) },
    caller,
    ...change,
  });
const writing = (caller: Caller, change: Change = {}) =>
  endpoint({ ...rest, name: 'things.write', method: 'POST', path: '/api/things', caller, ...change });

let service: RunningService | undefined;
afterEach(() => service?.stop());

async function start(read: EndpointContract, write: EndpointContract, changes: Partial<Callers> = {}) {
  const settings = readSettings(serviceSettings, { PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'silent' });
  const started = await startNestService({
    name: 'test',
    settings,
    prefix: 'api',
    endpoints: [read, write],
    callers: { ...callers, ...changes },
    module: () => Application,
  });
  service = started;
  const bearer = async (claims: object) => `Bearer ${await tokens.sign({ ...claims })}`;
  const authorizations = {
    nobody: '',
    garbage: 'Bearer x.y.z',
    nameless: await bearer({ sub: 7 }),
    seven: await bearer({ sub: 7, email: 'a@example.test' }),
    eight: await bearer({ sub: 8, email: 'b@example.test' }),
    almostAdmin: await bearer({ sub: 9, email: 'c@example.test', isAdmin: 'true' }),
    admin: await bearer({ sub: 9, email: 'c@example.test', isAdmin: true }),
  };
  const ask = async (path: string, authorization: string, body?: object) => {
    const content = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const headers = { 'content-type': 'application/json', authorization };
    const answer = await fetch(`http://127.0.0.1:${started.port}/api/things${path}`, { headers, ...content });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
  };
  /** Who is let through, and as whom. */
  const passing = async (path: string, body?: object) => {
    const answers = await Promise.all(
      Object.entries(authorizations).map(async ([who, header]) => [who, await ask(path, header, body)] as const),
    );
    return Object.fromEntries(answers.filter(([, { status }]) => status < 400).map(([who, answer]) => [who, answer.body['callerId']]));
  };
  return { ask, passing, authorizations };
}

test('anyone passes; a bad token, or one that says too little, counts as none', async () => {
  const { passing } = await start(reading('anyone'), writing('anyone'));
  const all = { nobody: undefined, garbage: undefined, nameless: undefined, seven: 7, eight: 8, almostAdmin: 9, admin: 9 };
  expect(await passing('/3')).toEqual(all);
  expect(await passing('', {})).toEqual(all);
});

test('a user needs a good token, an admin one that says so and not nearly so', async () => {
  const { passing } = await start(reading('user'), writing('admin'));
  expect(await passing('/3')).toEqual({ seven: 7, eight: 8, almostAdmin: 9, admin: 9 });
  expect(await passing('', {})).toEqual({ admin: 9 });
});

test('what is about somebody is for them, and what is about the guest for anybody; the token takes the place of the field of a body', async () => {
  const { passing } = await start(
    reading('self', { about: { in: 'params', field: 'id' } }),
    writing('self', { about: { in: 'body', field: 'userId' } }),
  );
  expect(Object.keys(await passing('/7'))).toEqual(['seven']);
  expect(Object.keys(await passing('/1'))).toHaveLength(7);
  const known = ['seven', 'eight', 'almostAdmin', 'admin'];
  for (const body of [{ userId: 7 }, { userId: [1] }, { userId: null }, {}, []])
    expect(Object.keys(await passing('', body))).toEqual(known);
  for (const body of [{ userId: 1 }, { userId: '1' }]) expect(Object.keys(await passing('', body))).toHaveLength(7);
});

test('a correction closes its endpoint with its flag, and not before', async () => {
  const corrected = { flag: 'things.closed', caller: 'admin' } as const;
  const closed = await start(reading('anyone', { corrected }), writing('anyone', { corrected: { ...corrected, flag: 'other' } }));
  expect(await closed.passing('/3')).toEqual({ admin: 9 });
  expect(Object.keys(await closed.passing('', {}))).toHaveLength(7);
});

test('a refusal is 401, or as the service words it; parameters are looked at first', async () => {
  const plain = await start(reading('user'), writing('admin'));
  expect(await plain.ask('/3', '')).toMatchObject({ status: 401, body: { message: 'Unauthorized', statusCode: 401 } });
  expect(await plain.ask('/x', '')).toMatchObject({
    status: 400,
    body: { message: 'The id is no number', error: 'Bad Request', statusCode: 400 },
  });
  await service?.stop();
  const { ask, authorizations } = await start(reading('user'), writing('admin'), { refuse });
  const told = async (path: string, who: keyof typeof authorizations, body?: object) =>
    (await ask(path, authorizations[who], body)).body['message'];
  expect(await told('/3', 'nobody')).toBe('things.read: unknown');
  expect(await told('/3', 'nameless')).toBe('things.read: nameless');
  expect(await told('', 'nameless', {})).toBe('things.write: nameless');
  expect(await told('', 'seven', {})).toBe('things.write: other');
});

test('where callers are looked up, what holds of them now counts, whatever their token says; it is not asked where anyone passes', async () => {
  const now: Record<number, Record<string, unknown>> = { 7: { sub: 7, isAdmin: true }, 9: { sub: 9, isAdmin: false } };
  const asked: unknown[] = [];
  const lookUp: Callers['lookUp'] = async ({ sub }) => {
    asked.push(sub);
    return now[Number(sub)];
  };
  const { passing } = await start(reading('user'), writing('admin'), { lookUp });
  expect(await passing('/3')).toEqual({ seven: 7, almostAdmin: 9, admin: 9 });
  expect(await passing('', {})).toEqual({ seven: 7 });
  expect(asked.length).toBe(8);
  await service?.stop();
  const open = await start(reading('anyone'), writing('user'), { lookUp });
  expect(Object.keys(await open.passing('/3'))).toHaveLength(7);
  expect(asked.length).toBe(8);
});

test('while nobody says who somebody is now, what only reads is answered by what is known here, and says so; the rest is 503', async () => {
  const lookUp = () => Promise.reject(new Error('nobody answers'));
  const writes = { ...writing('user'), effect: { reads: [], writes: ['public.things'] } };
  const { ask, authorizations } = await start(reading('user'), writes, {
    lookUp,
    lookUpHere: ({ sub }) => Promise.resolve(sub === 7 ? { sub } : undefined),
  });
  const read = await ask('/3', authorizations.seven);
  expect([read.status, read.headers.get('x-degraded'), read.body]).toEqual([200, 'auth', { callerId: 7 }]);
  expect((await ask('/3', authorizations.eight)).status).toBe(401);
  const written = await ask('', authorizations.seven, {});
  expect([written.status, written.headers.get('retry-after')]).toEqual([503, '1']);
});
