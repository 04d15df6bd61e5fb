import { describe, expect, it } from 'vitest';
import { defineMigration, extraction, reads, writes } from './definition.ts';
import type { Extraction } from './definition.ts';
import { MigrationError } from './errors.ts';
import { planMigration, plannedExtraction } from './plan.ts';

const programs = { monolith: { role: 'monolith' }, auth: { role: 'service' }, quiz: { role: 'service' } } as const;
const users = { source: 'public.users', target: 'public.users' };
const auth = extraction('auth', {
  service: 'auth',
  routes: [
    { method: 'GET', path: '/api/auth/profile', effect: reads() },
    { method: 'POST', path: '/api/auth/callback', effect: writes('public.users') },
  ],
  tables: [users],
});

function plan(...extractions: readonly Extraction[]) {
  return planMigration(defineMigration({ system: 'small', extractions }), { programs, file: 'migration.ts' });
}

function refusal(...extractions: readonly Extraction[]): MigrationError {
  try {
    plan(...extractions);
  } catch (error) {
    if (error instanceof MigrationError) return error;
    throw error;
  }
  throw new Error('The plan was accepted.');
}

describe('planMigration', () => {
  it('fills in the defaults and knows which routes both sides may answer', () => {
    const planned = plannedExtraction(plan(auth), 'auth');
    expect(planned.shape).toEqual({ hasTables: true, hasShadowableRoutes: true, canaryShares: [10, 50, 100] });
    expect(planned.routes.map((it) => [it.id, it.shadowable])).toEqual([
      ['GET /api/auth/profile', true],
      ['POST /api/auth/callback', false],
    ]);
    expect(planned.gates.cutoverBudgetMs).toBe(2000);
  });

  it.each([
    [
      'two writers of a table',
      [auth, extraction('quiz', { service: 'quiz', tables: [users] })],
      'MIGRATION_TABLE_TWO_WRITERS',
      'public.users',
    ],
    [
      'a route claimed by two extractions',
      [auth, extraction('quiz', { service: 'quiz', routes: [{ method: 'GET', path: '/API/auth/profile/', effect: reads() }] })],
      'MIGRATION_ROUTE_TWICE',
      'already claimed by "auth"',
    ],
    [
      'a route that differs only in the name of a parameter',
      [
        extraction('quiz', {
          service: 'quiz',
          routes: [
            { method: 'GET', path: '/q/:id', effect: reads() },
            { method: '*', path: '/q/:key', effect: reads() },
          ],
        }),
      ],
      'MIGRATION_ROUTE_TWICE',
      '/q/:key',
    ],
    [
      'a route with no effect',
      [extraction('quiz', { service: 'quiz', routes: [{ method: 'GET', path: '/q' } as never] })],
      'MIGRATION_ROUTE_NO_EFFECT',
      'GET /q',
    ],
    [
      'an unknown service',
      [extraction('quiz', { service: 'quizz', routes: [], tables: [users] })],
      'MIGRATION_SERVICE_UNKNOWN',
      'auth, quiz',
    ],
    [
      'routes without a service',
      [extraction('quiz', { routes: [{ method: 'GET', path: '/q', effect: reads() }] })],
      'MIGRATION_SERVICE_UNKNOWN',
      'names no service',
    ],
    ['an unknown after', [extraction('quiz', { after: ['question'] })], 'MIGRATION_AFTER_UNKNOWN', '"question"'],
    [
      'a circle of after',
      [extraction('a', { after: ['b'] }), extraction('b', { after: ['c'] }), extraction('c', { after: ['a'] })],
      'MIGRATION_AFTER_CYCLE',
      'a -> b -> c -> a',
    ],
    [
      "a write to another extraction's table",
      [auth, extraction('quiz', { service: 'quiz', routes: [{ method: 'POST', path: '/q', effect: writes('public.users') }] })],
      'MIGRATION_ROUTE_WRITES_MOVING_TABLE',
      '"auth" moves',
    ],
    [
      'writes that could not be taken back',
      [extraction('quiz', { service: 'quiz', routes: [{ method: 'POST', path: '/q', effect: writes('public.scores') }] })],
      'MIGRATION_NO_WAY_BACK',
      'public.scores',
    ],
    ['two extractions of one name', [auth, extraction('auth', {})], 'MIGRATION_NAME_TWICE', '"auth"'],
  ] as const)('refuses %s', (_what, extractions, code, text) => {
    const error = refusal(...extractions);
    expect(error.code).toBe(code);
    expect(error.message).toContain(text);
    expect(error.fix).not.toBe('');
  });

  it('names the line of what it refuses', () => {
    const error = refusal(auth, extraction('quiz', { service: 'quiz', tables: [users] }));
    expect(error.message).toMatch(/^migration\.ts:\d+: /);
  });

  it('accepts a declared insert-only co-writer, and a missing way back that is admitted', () => {
    const tables = [{ ...users, insertOnlyWriters: ['quiz'] }];
    const writer = extraction('quiz', {
      service: 'quiz',
      noWayBack: 'scores are recomputed every night',
      routes: [{ method: 'POST', path: '/q', effect: writes('public.users', 'public.scores') }],
    });
    expect(plan(extraction('auth', { service: 'auth', tables }), writer).extractions).toHaveLength(2);
  });

  it.each([
    ['nothing', undefined, 'the default export'],
    ['a text', 'auth', 'the default export'],
    [
      'a wrong table name',
      { system: 's', extractions: [{ name: 'a', tables: [{ source: 'users', target: 'public.users' }] }] },
      'extractions[0].tables[0].source',
    ],
    ['falling shares', { system: 's', extractions: [{ name: 'a', canaryShares: [50, 10, 100] }] }, 'extractions[0].canaryShares'],
    ['a misspelt gate', { system: 's', extractions: [{ name: 'a', gates: { shadowCompare: 1 } }] }, 'shadowCompare'],
  ])('refuses %s as a migration, naming the field', (_what, definition, field) => {
    expect(() => planMigration(definition, { programs })).toThrow(
      expect.objectContaining({ code: 'MIGRATION_FILE_SHAPE', message: expect.stringContaining(field) }),
    );
  });
});
