/** Holes planted into the running service: the matrix of endpoints and callers names each, and names nothing without one. */
import { fileURLToPath } from 'node:url';
import { createServiceTokens } from '@banyan/identity';
import { createHttpClient, plantFault, signToken, type SourceChange } from '@banyan/proof';
import type { KnockingCaller } from '@banyan/proof/callers';
import { findHoles, internalCells, publicCells } from '@banyan/proof/permission-matrix';
import { auditEndpoints, internalEndpointsByService } from '@helpdesk/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AuditWorld, jwtSecret, serviceSecret, startAuditWorld, tokenOf } from './testing/audit-world.ts';

let world: AuditWorld;
beforeAll(async () => {
  world = await startAuditWorld();
  await world.addUsers({ id: 'admin', role: 'ADMIN' }, { id: 'ada' });
});
afterAll(() => world?.stop());

const bearer = (token: string) => `Bearer ${token}`;
const callers: readonly KnockingCaller[] = [
  { name: 'nobody', kind: 'unknown', authorization: undefined },
  { name: 'somebody who is gone', kind: 'unknown', authorization: bearer(tokenOf('gone', 'ADMIN')) },
  { name: 'an admin by another secret', kind: 'unknown', authorization: bearer(signToken({ sub: 'admin' }, 'x'.repeat(32))) },
  { name: 'an expired admin', kind: 'unknown', authorization: bearer(signToken({ sub: 'admin', exp: 1 }, jwtSecret)) },
  { name: 'an agent who claims to be an admin', kind: 'user', authorization: bearer(tokenOf('ada', 'ADMIN')) },
  { name: 'an admin', kind: 'admin', authorization: bearer(tokenOf('admin')) },
];

async function servicesThatAsk(): Promise<KnockingCaller[]> {
  const known = ['bridge', 'ticket', 'user'].map(async (from): Promise<KnockingCaller> => {
    const token = await createServiceTokens({ service: from, secret: serviceSecret }).issue('audit');
    return { name: `the service ${from}`, kind: 'service', authorization: bearer(token), service: { from, to: 'audit' } };
  });
  return [...(await Promise.all(known)), { name: 'an admin', kind: 'unknown', authorization: bearer(tokenOf('admin')) }];
}

async function holesWith(name: string, ...changes: readonly SourceChange[]): Promise<string[]> {
  const service = await world.start(plantFault({ name, changes }));
  await world.own('audit');
  const inside = createHttpClient(service.internalUrl);
  try {
    const matrix = { endpoints: auditEndpoints, callers, flags: new Set<string>(), guestId: 1, userId: 2 };
    const cells = [
      ...publicCells({ ...matrix, ways: { directly: () => service.client } }),
      ...internalCells(internalEndpointsByService.audit, await servicesThatAsk(), inside),
    ];
    return (await findHoles(cells)).map((line) => line.split(':')[0] ?? '');
  } finally {
    await inside.close();
    await service.stop();
  }
}

test('without a hole none is named', async () => {
  expect(await holesWith('none')).toEqual([]);
});

test('what is for administrators is for everybody', async () => {
  const module = fileURLToPath(new URL('../../../contracts/dist/audit.js', import.meta.url));
  const change = { module, text: "caller: 'admin'", replacement: "caller: 'user'" };
  const searches = ['audit.of-actor', 'audit.of-entity', 'audit.search'];
  expect(await holesWith('search for agents', change)).toEqual(
    searches.map((name) => `${name} as an agent who claims to be an admin, directly`),
  );
});

test('the role that a token claims counts', async () => {
  const module = fileURLToPath(new URL('../dist/people.js', import.meta.url));
  const holes = await holesWith('claimed', { module, text: "isAdmin: role === 'ADMIN'", replacement: 'isAdmin: true' });
  expect(holes).toContain('audit.search as an agent who claims to be an admin, directly');
});
