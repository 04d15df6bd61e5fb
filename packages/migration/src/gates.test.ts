import { describe, expect, it } from 'vitest';
import { extraction, reads } from './definition.ts';
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
    expect(statusOf(gates(canary, { service: { requests: 100, errors: 2 }, owner: { requests: 100, errors: 2 } }), 'canary')).toBe('pass');
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
    const list = gates({ stage: 'owner', sharePercent: 0 }, {}, { readByMonolith: ['boards join users'] });
    expect(list.find((it) => it.name === 'readers in the monolith')).toMatchObject({ status: 'fail', isHard: true });
    expect(statusOf(list, 'requests as owner')).toBe('wait');
  });
});
