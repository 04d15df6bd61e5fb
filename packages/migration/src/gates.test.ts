import { describe, expect, it } from 'vitest';
import { extraction, reads, writes } from './definition.ts';
import type { ExtractionDefinition } from './definition.ts';
import { judgeGates } from './gates.ts';
import type { Gate, GateFacts } from './gate-facts.ts';
import { planMigration, plannedExtraction } from './plan.ts';
import { stepsForward } from './stages.ts';
import type { Position } from './stages.ts';

function planned(change: Partial<ExtractionDefinition> = {}) {
  const definition = extraction('auth', {
    service: 'auth',
    tables: [{ source: 'public.users', target: 'public.users' }],
    routes: [{ method: 'GET', path: '/profile', effect: reads() }],
    canaryShares: [50, 100],
    ...change,
  });
  const plan = planMigration({ system: 's', extractions: [definition] }, { programs: { auth: { role: 'service' } } });
  return plannedExtraction(plan, 'auth');
}

const good: GateFacts = {
  inspection: [],
  verification: { at: '', ageS: 1, position: '0/1', rows: 5, differing: 0, samples: [] },
  replication: { state: 'following', lagMs: 3 },
  shadow: { compared: 500, mismatches: 0, dropped: 0, groups: [] },
  service: { requests: 100, errors: 0, p99Ms: 20 },
  owner: { requests: 100, errors: 0, p99Ms: 15 },
  wayBack: { proven: true, message: 'Proven.' },
  dependencies: [],
};

function gates(from: Position, facts: Partial<GateFacts> = {}, change: Partial<ExtractionDefinition> = {}): readonly Gate[] {
  const it = planned(change);
  const step = stepsForward(it.shape, from, { stage: 'retired', sharePercent: 0 })[0];
  return judgeGates(it, step as NonNullable<typeof step>, { ...good, ...facts });
}

const statusOf = (list: readonly Gate[], name: string) => list.find((it) => it.name === name)?.status;
const shadow = { stage: 'shadow', sharePercent: 0 } as const;
const canary = { stage: 'canary', sharePercent: 50 } as const;
const full = { stage: 'canary', sharePercent: 100 } as const;

describe('judgeGates', () => {
  it('asks each stage for its own evidence', () => {
    const names = (from: Position) => gates(from).map((it) => it.name);
    expect(names({ stage: 'planned', sharePercent: 0 })).toEqual(['inspection']);
    expect(names({ stage: 'replicating', sharePercent: 0 })).toEqual(['verification', 'replication lag']);
    expect(names(shadow)).toEqual(['verification', 'replication lag', 'shadow']);
    expect(names(canary)).toEqual(['verification', 'replication lag', 'shadow', 'canary']);
    expect(names(full)).toEqual(['verification', 'replication lag', 'shadow', 'canary', 'way back']);
    expect(gates(full).every((it) => it.status === 'pass')).toBe(true);
  });

  it('goes to 100 % while the monolith still writes the tables, and refuses to own them, naming the routes, whatever is forced', () => {
    const change = { writtenByMonolith: [{ method: 'PUT', path: '/admin/users/:id', effect: writes('public.users') }] };
    expect(gates(canary, {}, change).every((it) => it.status === 'pass')).toBe(true);
    const [first, ...rest] = gates(full, {}, change);
    expect(first).toMatchObject({
      name: 'writers in the monolith',
      status: 'fail',
      isHard: true,
      message: 'The monolith still writes the tables: PUT /admin/users/:id. It is held at canary until these routes move.',
      samples: ['PUT /admin/users/:id'],
    });
    expect(rest.every((it) => it.status === 'pass')).toBe(true);
  });

  it('fails on a differing row with its samples, and waits when the verification is old or missing', () => {
    const verification = { at: '', ageS: 1, position: '0/1', rows: 5, differing: 1, samples: [{ key: '4' }] };
    const list = gates(shadow, { verification });
    expect(statusOf(list, 'verification')).toBe('fail');
    expect(list.find((it) => it.name === 'verification')?.samples).toEqual([{ key: '4' }]);
    expect(statusOf(gates(shadow, { verification: { ...verification, differing: 0, ageS: 900 } }), 'verification')).toBe('wait');
  });

  it('waits for more comparisons, fails on one mismatch', () => {
    expect(statusOf(gates(shadow, { shadow: { compared: 199, mismatches: 0, dropped: 0, groups: [] } }), 'shadow')).toBe('wait');
    expect(statusOf(gates(shadow, { shadow: { compared: 900, mismatches: 1, dropped: 0, groups: [] } }), 'shadow')).toBe('fail');
    expect(statusOf(gates(full, { shadow: { compared: 0, mismatches: 0, dropped: 0, groups: [] } }), 'shadow')).toBe('pass');
  });

  it('pauses on thin traffic instead of failing, also with errors in it', () => {
    expect(statusOf(gates(canary, { service: { requests: 3, errors: 3 } }), 'canary')).toBe('wait');
  });

  it('compares errors and latency of the service with those of the owner', () => {
    expect(statusOf(gates(canary, { service: { requests: 100, errors: 8 } }), 'canary')).toBe('fail');
    expect(statusOf(gates(canary, { service: { requests: 10_000, errors: 200 } }), 'canary')).toBe('fail');
    expect(statusOf(gates(canary, { service: { requests: 100, errors: 0, p99Ms: 500 } }), 'canary')).toBe('wait');
  });

  it('waits for more while chance alone explains the errors', () => {
    expect(statusOf(gates(canary, { service: { requests: 28, errors: 1 } }), 'canary')).toBe('wait');
    expect(statusOf(gates(canary, { service: { requests: 280, errors: 1 } }), 'canary')).toBe('pass');
  });

  it('counts are those of the extraction', () => {
    expect(
      statusOf(
        gates(shadow, { shadow: { compared: 20, mismatches: 0, dropped: 0, groups: [] } }, { gates: { shadowCompared: 20 } }),
        'shadow',
      ),
    ).toBe('pass');
  });

  const writing = { routes: [{ method: 'POST', path: '/visits', effect: writes('public.users') }] };
  const rehearsal = { ageS: 5, replayed: 22, asRecorded: 20, differing: 0, rowsDiffering: 0, eventsDiffering: 0, samples: ['a sample'] };
  const rehearsed = (facts: Partial<GateFacts>, change: Partial<ExtractionDefinition> = writing) =>
    gates({ stage: 'replicating', sharePercent: 0 }, facts, change).find((it) => it.name === 'writes rehearsed');

  it('waits for a rehearsal of the writes and says how to make one', () => {
    expect(rehearsed({})).toMatchObject({ status: 'wait', message: expect.stringContaining('banyan rehearse auth') as string });
    expect(rehearsed({ rehearsal })?.status).toBe('pass');
    expect(rehearsed({ rehearsal: { ...rehearsal, asRecorded: 19 } })?.status).toBe('wait');
    expect(rehearsed({ rehearsal: { ...rehearsal, ageS: 90_000 } })?.status).toBe('wait');
  });

  it.each(['differing', 'rowsDiffering', 'eventsDiffering'])('fails on a rehearsal with one of %s, and shows it', (what) => {
    expect(rehearsed({ rehearsal: { ...rehearsal, [what]: 1 } })).toMatchObject({ status: 'fail', samples: ['a sample'] });
  });

  it('says what nobody asked, and how to go on when nobody asked anything', () => {
    const notAsked = ['POST /visits'];
    const { status, message } = rehearsed({ rehearsal: { ...rehearsal, replayed: 0, asRecorded: 0, notAsked } })!;
    expect(status).toBe('wait');
    expect(message).toContain('Nobody asked POST /visits');
    expect(message).toContain('banyan rehearse auth');
    expect(message).toContain('--force');
    expect(rehearsed({ rehearsal: { ...rehearsal, notAsked } })).toMatchObject({
      status: 'pass',
      message: expect.stringContaining('Nobody asked POST /visits') as string,
    });
  });

  it('waits where nobody was given anything, so that a service that never gives anything is noticed', () => {
    const { status, message } = rehearsed({ rehearsal: { ...rehearsal, hasAnnounced: false } })!;
    expect([status, message]).toEqual(['wait', expect.stringMatching(/Nobody was given anything.*banyan rehearse auth.*--force/)]);
    expect(rehearsed({ rehearsal: { ...rehearsal, hasAnnounced: false, differing: 1 } })?.status).toBe('fail');
  });

  it('asks for no rehearsal where nothing is written, nothing can be done again, or none is wanted', () => {
    expect(rehearsed({}, { routes: [{ method: 'GET', path: '/visits', effect: reads() }], canaryShares: [100] })).toBeUndefined();
    const [route] = writing.routes;
    expect(rehearsed({}, { routes: [{ ...route!, noRehearsal: 'a code works once' }] })).toBeUndefined();
    expect(rehearsed({}, { ...writing, gates: { writesReplayed: 0 } })).toBeUndefined();
  });

  it('a missing dependency and an unfit table are hard', () => {
    const dependencies = [{ extraction: 'quiz', stage: 'shadow', atLeast: 'owner' }] as const;
    expect(gates(shadow, { dependencies })[0]).toMatchObject({ name: 'after', status: 'fail', isHard: true });
    const inspection = [{ code: 'NO_KEY', severity: 'error', table: 'public.users', message: 'No key.', fix: 'Add one.' }] as const;
    expect(gates({ stage: 'planned', sharePercent: 0 }, { inspection })[0]).toMatchObject({ status: 'fail', isHard: true });
    const many = Array.from({ length: 7 }, (_, index) => ({ ...inspection[0], message: `No key ${index}.` }));
    const { message } = gates({ stage: 'planned', sharePercent: 0 }, { inspection: many })[0] ?? { message: '' };
    expect(message).toMatch(/^No key 0\. Add one\. No key 1\. Add one\. .* And 2 more\.$/);
  });

  it('does not retire while the monolith reads the tables', () => {
    const list = gates({ stage: 'owner', sharePercent: 0 }, { readers: [{ what: 'boards join users', isGone: false }] });
    expect(list.find((it) => it.name === 'readers in the monolith')).toMatchObject({ status: 'fail', isHard: true });
    expect(statusOf(list, 'requests as owner')).toBe('wait');
  });
});
