import { endpoint, type EndpointContract, internalEndpoint } from '@banyan/contract';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { callersOfPeople, callersOfServices } from './callers.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { findHoles, internalCells, publicCells } from './permission-matrix.ts';

/** A door that looks at the claims alone, or does not look at all: with holes on purpose, by the way of the request. */
function isLetIn(path: string, authorization: string): boolean {
  if (path === '/open' || path === '/admin-without-guard') return true;
  const [, payload = ''] = /^Bearer [^.]*\.([^.]*)\./.exec(authorization) ?? [];
  const claims = readClaims(payload);
  if (path === '/closed-to-all') return false;
  return path.startsWith('/internal') ? claims['iss'] === 'quiz' : claims['isAdmin'] === true;
}

function readClaims(payload: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

let server: Server;
let client: HttpClient;
beforeAll(async () => {
  server = createServer(({ url = '', headers }, response) => {
    response.writeHead(isLetIn(url, headers.authorization ?? '') ? 200 : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = createHttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await client.close();
  server.close();
});

const secrets = {
  jwtSecret: 'a secret for users, thirty-two bytes',
  serviceSecret: 'a secret for services, 32 bytes.',
  now: 1_800_000_000,
};
const claimsOf = (sub: number | string, isAdmin: boolean) => ({ sub, email: `user-${sub}@example.test`, isAdmin });
const users = {
  user: 2,
  otherUser: 3,
  admin: 4,
  claimsOf,
  pretending: (sub: number | string) => ({ ...claimsOf(sub, false), isAdmin: 'true' }),
};
const answers = { 200: { description: 'It' }, 401: { description: 'Refused' } };
const of = (name: string, path: string, change: Partial<EndpointContract>) =>
  endpoint({
    name,
    method: 'GET',
    path,
    summary: '',
    caller: 'anyone',
    effect: { reads: [], writes: [] },
    responses: answers,
    ...change,
  });

async function holesOf(contract: EndpointContract, flags: readonly string[] = []): Promise<string[]> {
  const ways = { directly: () => client };
  const callers = callersOfPeople(secrets, users);
  return (await findHoles(publicCells({ endpoints: [contract], callers, flags: new Set(flags), guestId: 1, userId: 2, ways }))).map(
    (line) => line.split(':')[0] ?? '',
  );
}

test('what is for anyone and open has no hole; closed to somebody it has one for each', async () => {
  expect(await holesOf(of('things.open', '/open', {}))).toEqual([]);
  expect(await holesOf(of('things.open', '/closed-to-all', {}))).toHaveLength(callersOfPeople(secrets, users).length);
});

test('an endpoint whose guard is missing is named with everybody whom it lets in', async () => {
  const holes = await holesOf(of('things.admin', '/admin-without-guard', { caller: 'admin' }));
  expect(holes).toHaveLength(callersOfPeople(secrets, users).filter(({ kind }) => kind !== 'admin').length);
  expect(holes).toContain('things.admin as nobody, directly');
  expect(holes).toContain('things.admin as a user, directly');
});

test('a guard that believes what a token says is named with the tokens that it should not have believed', async () => {
  const holes = await holesOf(of('things.admin', '/admin', { caller: 'admin' }));
  for (const token of [
    'an expired token of an admin',
    'alg none, not signed',
    'another secret',
    'another kind of token under the right secret',
  ])
    expect(holes).toContain(`things.admin as ${token}, directly`);
  expect(holes).not.toContain('things.admin as a user, directly');
  expect(holes).not.toContain('things.admin as an admin, directly');
});

test('a flag changes what is expected, and what is about somebody is for them', async () => {
  const corrected = { flag: 'things.closed', caller: 'admin' } as const;
  expect(await holesOf(of('things.list', '/open', { corrected }))).toEqual([]);
  expect(await holesOf(of('things.list', '/open', { corrected }), ['things.closed'])).toContain('things.list as a user, directly');
});

test('what is about somebody is asked about a user and about the guest, who are for different callers', async () => {
  const params = z.object({ id: z.string().meta({ examples: ['9'] }) });
  const own = of('things.own', '/open/:id', { caller: 'self', about: { in: 'params', field: 'id' }, request: { params } });
  const holes = await holesOf(own);
  // The door lets nobody in who is no administrator.
  expect(holes).toContain('things.own about the guest as nobody, directly');
  expect(holes).toContain('things.own about a user as a user, directly');
  expect(holes).toContain('things.own about a user as an admin, directly');
  expect(holes).not.toContain('things.own about a user as another user, directly');
});

test('an endpoint that refuses by a declared quirk is not taken for one that lets in', async () => {
  const responses = { ...answers, 500: { description: 'No good token', quirk: ({ caller }: { caller: string }) => caller === 'unknown' } };
  expect(
    publicCells({
      endpoints: [of('a.b', '/x', { caller: 'user', responses })],
      callers: callersOfPeople(secrets, users),
      flags: new Set(),
      guestId: 1,
      userId: 2,
      ways: { directly: () => client },
    })[0]?.refusals,
  ).toEqual([401, 500]);
});

test('an internal endpoint is for the services it names: others, and whoever only says so, are named', async () => {
  const contract = internalEndpoint({
    name: 'question.internal.list',
    method: 'GET',
    path: '/internal/list',
    summary: '',
    callers: ['quiz'],
  });
  const callers = callersOfServices(secrets, users, ['quiz', 'admin', 'question'], 'question');
  const holes = await findHoles(internalCells([contract], callers, client));
  expect(holes).toContain('question.internal.list as the service admin: 401 instead of 403 ()');
  expect(holes).toContain('question.internal.list as an expired token: 200 instead of 401 ()');
  expect(holes.filter((line) => line.includes('as the service quiz:'))).toEqual([]);
  const other = internalEndpoint({ ...contract, callers: ['admin'] });
  expect(await findHoles(internalCells([other], callers, client))).toContain(
    'question.internal.list as the service quiz: 200 instead of 403 ()',
  );
});

test('an endpoint without an example says so', () => {
  const contract = of('things.find', '/:id', { request: { params: z.object({ id: z.string() }) } });
  expect(
    () =>
      contract &&
      publicCells({
        endpoints: [contract],
        callers: callersOfPeople(secrets, users),
        flags: new Set(),
        guestId: 1,
        userId: 2,
        ways: { directly: () => client },
      }),
  ).toThrowError(expect.objectContaining({ code: 'PROOF_CONTRACT', message: 'things.find, parameter id: its schema has no example.' }));
});
