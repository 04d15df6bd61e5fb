/** Every route for every kind of caller, as the contracts say; and holes planted into the running service, which the same matrix names. */
import { createHttpClient, plantFault, type SourceChange, signToken } from '@banyan/proof';
import { forgeToken } from '@banyan/proof/callers';
import { endpointsByService } from '@helpdesk/contracts';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminWorld, secrets, startAdminWorld, tokenOf } from './testing/admin-world.ts';

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
  await world.addUsers({ id: 'root', role: 'ADMIN' }, { id: 'ada' });
});
afterAll(() => world?.stop());

type Kind = 'unknown' | 'user' | 'admin';
const now = Math.floor(Date.now() / 1000);
const callers: readonly (readonly [string, Kind, string | undefined])[] = [
  ['nobody', 'unknown', undefined],
  ['garbage', 'unknown', 'a.b.c'],
  ['somebody who is gone', 'unknown', tokenOf('gone', { role: 'ADMIN' })],
  ['an administrator whose token has ended', 'unknown', tokenOf('root', { exp: now - 1 })],
  ['an administrator under another secret', 'unknown', signToken({ sub: 'root' }, `${secrets.jwtSecret}x`)],
  ['an administrator under nobody’s signature', 'unknown', forgeToken({ alg: 'none', typ: 'JWT' }, { sub: 'root' }, undefined)],
  ['a token without a subject', 'unknown', signToken({ role: 'ADMIN' }, secrets.jwtSecret)],
  [
    'a service',
    'unknown',
    forgeToken({ alg: 'HS256', typ: 'service+jwt' }, { iss: 'ticket', aud: 'admin', exp: now + 60 }, secrets.serviceSecret),
  ],
  ['an agent', 'user', tokenOf('ada')],
  ['an agent who claims to be an administrator', 'user', tokenOf('ada', { role: 'ADMIN', isAdmin: true })],
  ['an administrator', 'admin', tokenOf('root')],
];

const allowed: Readonly<Record<string, readonly Kind[]>> = {
  anyone: ['unknown', 'user', 'admin'],
  user: ['user', 'admin'],
  admin: ['admin'],
};

/** `<endpoint> as <caller>` where the answer is not the one that the contract asks for. */
async function holesWith(name: string, changes: readonly SourceChange[]): Promise<string[]> {
  const admin = await world.startAdmin(plantFault({ name, changes }));
  const client = createHttpClient(`http://127.0.0.1:${admin.port}`);
  const holes: string[] = [];
  try {
    for (const endpoint of endpointsByService.admin)
      for (const [who, kind, token] of callers) {
        const { status } = await client.get(endpoint.path, token === undefined ? {} : { token });
        const expected = allowed[endpoint.caller]?.includes(kind) === true ? 200 : kind === 'unknown' ? 401 : 403;
        if (status !== expected) holes.push(`${endpoint.name} as ${who}`);
      }
    return holes;
  } finally {
    await client.close();
    await admin.program.stop();
  }
}

const inFolder = (folder: string, file: string) => fileURLToPath(new URL(`../../../../../${folder}/dist/${file}`, import.meta.url));

test('everybody is told what the contracts say', async () => {
  expect(await holesWith('none', [])).toEqual([]);
});

test('a guard that refuses nobody is noticed', async () => {
  const text = 'this.#whyRefused(endpoint, request);';
  const holes = await holesWith('no guard', [{ module: inFolder('packages/nest', 'caller.guard.js'), text, replacement: 'undefined;' }]);
  for (const name of ['admin.agents', 'admin.users', 'admin.statistics']) expect(holes).toContain(`${name} as nobody`);
});

test('a list of users that agents may read is noticed', async () => {
  const text = "summary: 'All users, the newest first',";
  const replacement = `${text} caller: 'user',`;
  const holes = await holesWith('users for agents', [
    { module: inFolder('systems/helpdesk/contracts', 'dashboard.js'), text, replacement },
  ]);
  expect(holes).toEqual(['admin.users as an agent', 'admin.users as an agent who claims to be an administrator']);
});
