import { startEmbeddedServer } from '@banyan/proof/embedded-server';
import type { EmbeddedServer } from '@banyan/proof/embedded-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LiveTraffic } from './testing/live-traffic.ts';
import { startSmallSystem } from './testing/start-small-system.ts';
import type { SmallSystem } from './testing/start-small-system.ts';

let server: EmbeddedServer;
let system: SmallSystem;
let traffic: LiveTraffic;
const shared = process.env['BANYAN_TEST_POSTGRES_URL'];
beforeAll(async () => {
  // A server of its own: the one of the test run serves other tests at the same time.
  server = await startEmbeddedServer({ fsync: true });
  process.env['BANYAN_TEST_POSTGRES_URL'] = server.url;
  system = await startSmallSystem({ verifyEveryS: 600 });
  traffic = new LiveTraffic(system.gatewayUrl);
  traffic.start(3, 2, 50);
});
afterAll(async () => {
  await traffic.stop();
  await system.stop();
  await server.stop();
  process.env['BANYAN_TEST_POSTGRES_URL'] = shared;
});

const force = { force: true, reason: 'the gates are not what is tested here', actor: 'test' };

it('goes on after PostgreSQL crashed, under the same epoch, and a move asked for meanwhile ends whole', { timeout: 240_000 }, async () => {
  await system.moveDone('advance', { to: 'owner', ...force });
  const { epoch } = (await system.state()).controller;
  const restarting = server.restart('immediate');
  const meanwhile = system.move('back', { to: 'shadow', actor: 'test' });
  await restarting;
  await meanwhile;

  const before = traffic.writes;
  await expect.poll(() => traffic.writes).toBeGreaterThan(before + 20);
  await expect.poll(async () => (await system.ask('GET', '/v1/state')).status).toBe(200);
  await expect.poll(async () => (await system.state()).move).toBeUndefined();
  const state = await system.state();
  expect(state.controller.epoch).toBe(epoch);
  expect(['owner', 'shadow']).toContain(state.extractions[0]?.stage);
  expect(state.extractions[0]?.held).toBe(false);

  await system.moveDone('back', { to: 'shadow', actor: 'test' });
  await system.moveDone('advance', { to: 'owner', ...force });
  await traffic.stop();
  expect(await system.move('verify')).toMatchObject({ done: true, differing: 0 });
  expect(await traffic.faults({ monolith: system.monolith, service: system.service })).toEqual([]);
});
