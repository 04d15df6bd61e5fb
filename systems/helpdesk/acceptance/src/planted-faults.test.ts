import type { IncomingMessage } from 'node:http';
import { createAcceptanceTarget, runScenarios, startTamperingProxy, type Tampering } from '@banyan/proof';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scenarios } from './index.ts';
import { type LocalSystem, startLocalSystem } from './local-system.ts';

let system: LocalSystem;
beforeAll(async () => {
  system = await startLocalSystem();
});
afterAll(() => system?.stop());

/** Ids of the scenarios that do not hold through a proxy with this fault. */
async function through(tampering: Tampering, ...only: string[]): Promise<string[]> {
  const proxy = await startTamperingProxy(system.target.url, tampering);
  const target = createAcceptanceTarget({ ...system.target, url: proxy.url });
  try {
    const results = await runScenarios(scenarios, target, { only });
    return results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id);
  } finally {
    await target.close();
    proxy.close();
  }
}

const isAbout = ({ method, url }: IncomingMessage, ofMethod: string, pattern: RegExp) => method === ofMethod && pattern.test(url ?? '');

test('F1: a log-in that is answered with 200 is caught by A5', async () => {
  const status = (request: IncomingMessage, was: number) => (isAbout(request, 'POST', /login$/) && was === 201 ? 200 : was);
  expect(await through({ status }, 'A4', 'A5')).toEqual(['A5']);
});

test('F3: empty names that become null are caught by A1', async () => {
  const body = (_request: unknown, text: string) => text.replaceAll('"lastName":""', '"lastName":null');
  expect(await through({ body }, 'A1', 'A5')).toEqual(['A1']);
});

test('F4: times with microseconds, or of another zone, are caught by A9, A18 and A20', async () => {
  const body = (_request: unknown, text: string) => text.replaceAll(/(At":"[^"]*\.\d{3})Z/g, '$1000Z');
  expect(await through({ body }, 'A8', 'A9', 'A18', 'A20')).toEqual(['A9', 'A18', 'A20']);
  const shifted = (_request: unknown, text: string) => text.replaceAll(/(At":"[^"]*)Z/g, '$1+00:00');
  expect(await through({ body: shifted }, 'A9')).toEqual(['A9']);
});

test('F6: a token that is missed before anybody has looked for the route is caught by A7', async () => {
  const refuses = (request: IncomingMessage) => request.headers.authorization === undefined && (request.url ?? '').startsWith('/tickets');
  const status = (request: IncomingMessage, was: number) => (refuses(request) ? 401 : was);
  expect(await through({ status }, 'A5', 'A7')).toEqual(['A7']);
});

test('F7: paths in which capitals count are caught by A8', async () => {
  const status = (request: IncomingMessage, was: number) => (/[A-Z]/.test(request.url ?? '') ? 404 : was);
  expect(await through({ status }, 'A8', 'A11')).toEqual(['A8']);
});

test('F13: a field that was missing and is noted as null is caught by A17', async () => {
  const body = (_request: unknown, text: string) =>
    text.replaceAll('"ticket.unassigned","entityType":"ticket"', '"ticket.assigned","entityType":"ticket"');
  expect(await through({ body }, 'A16', 'A17', 'A20')).toEqual(['A16', 'A17']);
  const nulls = (request: IncomingMessage, text: string) =>
    isAbout(request, 'GET', /audit$/) ? text.replaceAll('"metadata":{}', '"metadata":{"assignedToUserId":null}') : text;
  expect(await through({ body: nulls }, 'A17', 'A20')).toEqual(['A17']);
});

test('F22: a hash in an answer that should have none is caught by A38, once the monolith is no excuse', async () => {
  const target = createAcceptanceTarget({ ...system.target, defects: [] });
  try {
    const [result] = await runScenarios(scenarios, target, { only: ['A38'] });
    expect(result?.reason).toContain('owner, keys in order');
  } finally {
    await target.close();
  }
});
