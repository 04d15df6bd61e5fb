import { crashPoints } from '@banyan/migration/crash-points';
import type { CrashPoint } from '@banyan/migration/crash-points';
import { crashPoints as replicationPoints } from '@banyan/replication/crash-points';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveTraffic } from './testing/live-traffic.ts';
import { startSmallSystem } from './testing/start-small-system.ts';
import type { SmallSystem } from './testing/start-small-system.ts';

let system: SmallSystem;
let traffic: LiveTraffic;
beforeAll(async () => {
  system = await startSmallSystem({ verifyEveryS: 600 });
  traffic = new LiveTraffic(system.gatewayUrl);
  traffic.start(3, 2, 50);
});
afterAll(async () => {
  await traffic.stop();
  await system.stop();
});

const force = { force: true, reason: 'the gates are not what is tested here', actor: 'test' };

/** Brings the extraction to a stage, whatever it is at. */
async function goTo(stage: string): Promise<void> {
  const order = ['planned', 'replicating', 'shadow', 'canary', 'owner'];
  const now = (await system.state()).extractions[0]?.stage ?? 'planned';
  if (order.indexOf(now) < order.indexOf(stage)) await system.moveDone('advance', { to: stage, ...force });
  if (order.indexOf(now) > order.indexOf(stage)) await system.moveDone('back', { to: stage, actor: 'test' });
}

interface Scenario {
  readonly from: string;
  readonly verb: 'advance' | 'back';
  readonly to: string;
  /** Makes the cutover cancel itself. */
  readonly blocked?: boolean;
}

const replicate: Scenario = { from: 'planned', verb: 'advance', to: 'replicating' };
const routes: Scenario = { from: 'replicating', verb: 'advance', to: 'shadow' };
const cutover: Scenario = { from: 'canary', verb: 'advance', to: 'owner' };
const cutback: Scenario = { from: 'owner', verb: 'back', to: 'shadow' };
const release: Scenario = { from: 'replicating', verb: 'back', to: 'planned' };

const scenarios: Readonly<Record<CrashPoint, readonly Scenario[]>> = {
  'controller.move-stored': [replicate, cutover, release],
  'controller.copied': [replicate],
  'controller.stage-stored': [routes, release],
  'controller.routes-pushed': [routes],
  'controller.side-programs-stopped': [cutover],
  'controller.hold-stored': [cutover, cutback],
  'controller.held': [cutover],
  'controller.flip-stored': [cutover, cutback],
  'controller.owner-told': [cutover, cutback],
  'controller.flip-pushed': [cutover, cutback],
  'controller.flipped': [cutover],
  'controller.hold-released': [{ ...cutover, blocked: true }],
  'controller.cutover-done': [cutover, cutback],
  'controller.side-programs-started': [cutback],
  'controller.streams-dropped': [release],
  'controller.move-finished': [cutover],
};

const own = crashPoints.flatMap((point) => scenarios[point].map((scenario) => ({ point, scenario })));
// One point on each side of each decision; replication's own tests and `banyan prove` kill at all of them.
const ofCutover = (
  ['cutover.reverse-running', 'cutover.fenced', 'cutover.open-journalled', 'cutover.opened', 'cutover.finish-journalled'] as const
)
  .filter((point) => replicationPoints.includes(point))
  .map((point) => ({ point, scenario: cutover }));

describe('a controller killed at a step boundary', () => {
  it.each([...own, ...ofCutover])(
    '$point of $scenario.verb to $scenario.to: resumes or cancels, nothing half',
    { timeout: 240_000 },
    async ({ point, scenario }) => {
      await goTo(scenario.from);
      const blocker = scenario.blocked === true ? await blockUsers() : undefined;
      const crash = system.arm(point);
      const answer = system.move(
        scenario.verb,
        scenario.verb === 'advance' ? { to: scenario.to, ...force } : { to: scenario.to, actor: 'test' },
      );
      const report = await crash.died();
      expect(
        report,
        `${point} was not reached: ${JSON.stringify(await answer)}; the controller says: ${system.controller?.output().slice(-3000)}`,
      ).toMatchObject({ point });
      await answer;
      await blocker?.();
      await system.startController();

      const before = traffic.writes;
      await expect.poll(() => traffic.writes).toBeGreaterThan(before + 10);
      const state = await system.state();
      const extraction = state.extractions[0];
      expect(state.move).toBeUndefined();
      expect([scenario.from, scenario.to]).toContain(extraction?.stage);
      expect(extraction).toMatchObject({ held: false, follows: followsAt(extraction?.stage) });
      expect(await system.mailer()).toBe(extraction?.stage === 'owner' ? 'stopped' : 'started');
      const verified = extraction?.follows === 'none' ? { done: true, differing: 0 } : await system.move('verify');
      expect(verified).toMatchObject({ done: true, differing: 0 });
      await expect.poll(async () => (await system.state()).gateways[0]?.version).toBe((await system.state()).routeVersion);
    },
  );

  it('has lost no acknowledged write and doubled none', async () => {
    await goTo('owner');
    await traffic.stop();
    expect(await system.move('verify')).toMatchObject({ done: true, differing: 0 });
    expect(await traffic.faults({ monolith: system.monolith, service: system.service })).toEqual([]);
    expect((await system.get<{ check: { intact: boolean } }>('/v1/audit')).check.intact).toBe(true);
  });
});

function followsAt(stage: string | undefined): string {
  if (stage === 'planned') return 'none';
  return stage === 'owner' ? 'reverse' : 'forward';
}

/** A writer that does not end: the fence cannot be closed, so the cutover gives up. Returns what ends it. */
async function blockUsers(): Promise<() => Promise<void>> {
  const { Client } = await import('pg');
  const client = new Client({ connectionString: system.monolith.url });
  await client.connect();
  await client.query('begin');
  await client.query('lock table users in row exclusive mode');
  return () => client.end();
}
