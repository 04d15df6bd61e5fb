import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveTraffic } from './testing/live-traffic.ts';
import { startSmallSystem } from './testing/start-small-system.ts';
import type { SmallSystem } from './testing/start-small-system.ts';

let system: SmallSystem;
let traffic: LiveTraffic;
beforeAll(async () => {
  system = await startSmallSystem();
  traffic = new LiveTraffic(system.gatewayUrl);
  traffic.start();
});
afterAll(async () => {
  await traffic.stop();
  await system.stop();
});

const rehearsal = {
  replayed: 2,
  asRecorded: 2,
  equal: 1,
  explained: 0,
  differing: 0,
  rows: { compared: 20, explained: 0, differing: 0 },
  callsRefused: 0,
  dropped: {},
  leftOut: [],
  rules: [],
  samples: [],
};

async function stage(): Promise<string | undefined> {
  return (await system.state()).extractions[0]?.stage;
}

describe('an extraction under writes', () => {
  it('goes planned -> owner -> back -> owner and loses nothing', { timeout: 240_000 }, async () => {
    await system.moveDone('advance', { to: 'owner', actor: 'ada' });
    expect(await stage()).toBe('owner');
    expect(await system.mailer()).toBe('stopped');
    const asOwner = traffic.writes;
    await expect.poll(() => traffic.writes).toBeGreaterThan(asOwner + 100);

    await system.moveDone('back', { actor: 'ada', reason: 'to see that it works' });
    expect(await stage()).toBe('shadow');
    expect(await system.mailer()).toBe('started');
    const back = traffic.writes;
    await expect.poll(() => traffic.writes).toBeGreaterThan(back + 100);

    await system.moveDone('advance', { to: 'owner', actor: 'ada' });
    const again = traffic.writes;
    await expect.poll(() => traffic.writes).toBeGreaterThan(again + 50);
    await traffic.stop();
    expect(await system.move('verify')).toMatchObject({ done: true, differing: 0 });
    expect(await traffic.faults({ monolith: system.monolith, service: system.service })).toEqual([]);
    const failed = [...traffic.statuses].filter(([what]) => !/ 20[01]$/.test(what));
    expect(failed).toEqual([]);
  });

  it('shows what it did: state, evidence and an intact audit', async () => {
    const state = await system.state();
    expect(state.extractions[0]).toMatchObject({
      name: 'accounts',
      stage: 'owner',
      follows: 'reverse',
      held: false,
      next: { to: { stage: 'retired' } },
    });
    expect(state.gateways[0]?.version).toBe(state.routeVersion);
    const { evidence } = await system.get<{ evidence: { kind: string; body: { direction: string; heldMs: number } }[] }>(
      '/v1/evidence?extraction=accounts&kind=cutover',
    );
    expect(evidence.map((it) => it.body.direction)).toEqual(['cutover', 'cutback', 'cutover']);
    const audit = await system.get<{ entries: { action: string; actor: string }[]; check: { intact: boolean } }>('/v1/audit');
    expect(audit.check.intact).toBe(true);
    expect(new Set(audit.entries.map((it) => it.actor))).toEqual(new Set(['ada']));
    expect(audit.entries.filter((it) => it.action === 'advance.done')).toHaveLength(8);
  });

  it.each([
    ['GET', '/v1/nothing', undefined, 404, 'CONTROLLER_ROUTE_UNKNOWN'],
    ['POST', '/v1/extractions/nobody/advance', {}, 404, 'MIGRATION_EXTRACTION_UNKNOWN'],
    ['POST', '/v1/extractions/%E0%A4%A/advance', {}, 400, 'CONTROLLER_REQUEST_INVALID'],
    ['POST', '/v1/extractions/accounts/advance', '{', 400, 'CONTROLLER_REQUEST_INVALID'],
    ['POST', '/v1/extractions/accounts/advance', { to: 'everywhere' }, 400, 'CONTROLLER_REQUEST_INVALID'],
    ['POST', '/v1/extractions/accounts/advance', { too: 'owner' }, 400, 'CONTROLLER_REQUEST_INVALID'],
    ['POST', '/v1/extractions/accounts/advance', [], 400, 'CONTROLLER_REQUEST_INVALID'],
    ['POST', '/v1/extractions/accounts/advance', { force: true }, 422, 'MIGRATION_REASON_MISSING'],
    ['POST', '/v1/extractions/accounts/advance', { to: 'shadow' }, 422, 'MIGRATION_MOVE_INVALID'],
    ['POST', '/v1/extractions/accounts/back', { to: 'retired' }, 422, 'MIGRATION_MOVE_INVALID'],
    ['POST', '/v1/extractions/accounts/advance', 'x'.repeat(70_000), 400, 'CONTROLLER_REQUEST_INVALID'],
    ['POST', '/v1/extractions/accounts/rehearsal', { actor: 'ada', replayed: 1 }, 400, 'CONTROLLER_REQUEST_INVALID'],
    ['POST', '/v1/extractions/accounts/rehearsal', { ...rehearsal, actor: 7 }, 400, 'CONTROLLER_REQUEST_INVALID'],
    ['POST', '/v1/extractions/nobody/rehearsal', rehearsal, 404, 'MIGRATION_EXTRACTION_UNKNOWN'],
    ['POST', '/v1/extractions/accounts/rehearsal', { ...rehearsal, differing: 1 }, 422, 'MIGRATION_WRITES_DIFFER'],
    ['GET', '/v1/reached', undefined, 400, 'CONTROLLER_REQUEST_INVALID'],
    ['GET', '/v1/reached?extraction=nobody', undefined, 404, 'MIGRATION_EXTRACTION_UNKNOWN'],
    ['GET', '/v1/evidence?limit=many', undefined, 400, 'CONTROLLER_REQUEST_INVALID'],
  ] as const)('answers bad input plainly: %s %s', async (method, path, body, status, code) => {
    const response = await system.ask(method, path, body);
    const answer = (await response.json()) as { error: { code: string; message: string; fix: string } };
    expect([response.status, answer.error.code]).toEqual([status, code]);
    expect(answer.error.fix).not.toBe('');
    expect(JSON.stringify(answer)).not.toContain('    at ');
  });

  it('keeps what a rehearsal found, also when something differs, with who brought it', async () => {
    const kept = await system.get<{ evidence: { body: unknown }[] }>('/v1/evidence?extraction=accounts&kind=rehearsal');
    expect(kept.evidence.map((it) => it.body)).toEqual([{ ...rehearsal, differing: 1 }]);
    const answer = await system.ask('POST', '/v1/extractions/accounts/rehearsal', { ...rehearsal, actor: 'eve' });
    expect(await answer.json()).toMatchObject({ done: true, message: expect.stringContaining('0 differing') as string });
    const audit = await system.get<{ entries: { action: string; actor: string }[] }>('/v1/audit');
    expect(audit.entries.filter((it) => it.action === 'rehearse').map((it) => it.actor)).toContain('eve');
  });

  it('refuses a wrong token, and health needs none', async () => {
    expect((await system.ask('GET', '/v1/state', undefined, 'wrong')).status).toBe(401);
    expect((await system.ask('GET', '/health', undefined, '')).status).toBe(200);
  });

  it('does not pass a hard gate even when forced', async () => {
    const refused = await system.move('advance', { to: 'retired', force: true, reason: 'we are in a hurry', actor: 'ada' });
    expect(refused?.error).toMatchObject({
      code: 'MIGRATION_GATES_FAIL',
      message: expect.stringContaining('the mailer reads names') as string,
    });
    expect(await stage()).toBe('owner');
  });
});
