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
    expect(planned.shape).toMatchObject({ hasTables: true, hasShadowableRoutes: true, canaryShares: [10, 50, 100] });
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
    [
      'tables cut over by an extraction that does not come after theirs',
      [auth, extraction('admin', { service: 'quiz', cutsOver: 'auth' })],
      'MIGRATION_CUT_OVER_SENSELESS',
      'not in its "after"',
    ],
    [
      'tables cut over twice',
      [
        auth,
        extraction('admin', { service: 'quiz', cutsOver: 'auth', after: [{ extraction: 'auth', atLeast: 'canary' }] }),
        extraction('audit', { service: 'quiz', cutsOver: 'auth', after: [{ extraction: 'auth', atLeast: 'canary' }] }),
      ],
      'MIGRATION_CUT_OVER_SENSELESS',
      'also cut over by "audit"',
    ],
    [
      'the cutover of an extraction without tables',
      [
        extraction('lists', {}),
        extraction('admin', { service: 'quiz', cutsOver: 'lists', after: [{ extraction: 'lists', atLeast: 'canary' }] }),
      ],
      'MIGRATION_CUT_OVER_SENSELESS',
      'moves no tables',
    ],
    [
      'a route that stays and writes none of the tables',
      [
        extraction('auth', {
          service: 'auth',
          tables: [users],
          writtenByMonolith: [{ method: 'POST', path: '/admin/scores', effect: writes('public.scores') }],
        }),
      ],
      'MIGRATION_WRITER_NEEDLESS',
      'POST /admin/scores',
    ],
    [
      'a route that both moves and stays',
      [
        extraction('auth', {
          service: 'auth',
          tables: [users],
          routes: [{ method: 'POST', path: '/users', effect: writes('public.users') }],
          writtenByMonolith: [{ method: 'POST', path: '/USERS', effect: writes('public.users') }],
        }),
      ],
      'MIGRATION_ROUTE_TWICE',
      '/USERS',
    ],
    ...(
      [
        ['how a write is compared', { effect: writes('public.users'), compare: { anyOrder: true } }, 'never are'],
        ['how a read that is never shadowed is compared', { shadowable: false, compare: { anyOrder: true } }, 'never are'],
        ['what a read is about', { compare: { about: { field: 'userId', table: 'public.users', column: 'id' } } }, 'never rehearsed'],
        ['what a read announces', { compare: { announces: { field: 'awards', to: 'userId' } } }, 'never rehearsed'],
        [
          'how an announcing write is drawn',
          { effect: writes('public.users'), compare: { announces: { field: 'awards', to: 'userId' }, draws: ['parts'] } },
          'never are',
        ],
        ['a comparison that says nothing', { compare: {} }, 'says nothing'],
        ['made up without saying where', { compare: { invented: { where: {}, fields: ['name'] } } }, 'where'],
        ['made up where itself says so', { compare: { invented: { where: { name: '' }, fields: ['name'] } } }, 'where'],
        [
          'drawn as a whole and made up',
          { compare: { drawnFrom: '/list', invented: { where: { id: 0 }, fields: ['name'] } } },
          'drawn as a whole',
        ],
        ['drawn as a whole and in part', { compare: { drawnFrom: '/list', draws: ['parts'] } }, 'drawn as a whole'],
        ['drawn from a list that is not there', { compare: { drawnFrom: '/lists' } }, '"/lists"'],
        ['drawn from one thing', { compare: { drawnFrom: '/list/:id' } }, '"/list/:id"'],
        ['drawn from itself', { compare: { drawnFrom: '/drawn' } }, 'no list'],
      ] as const
    ).map(
      ([what, change, text]) =>
        [
          what,
          [
            extraction('auth', {
              service: 'auth',
              tables: [users],
              routes: [
                { method: 'GET', path: '/list', effect: reads(), compare: { anyOrder: true, draws: ['parts'] } },
                { method: 'GET', path: '/list/:id', effect: reads() },
                { method: 'GET', path: '/drawn', effect: reads(), ...change },
              ],
            }),
          ],
          'MIGRATION_COMPARE_SENSELESS',
          text,
        ] as const,
    ),
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

  it('refuses writes that nobody could rehearse, unless that is admitted', () => {
    const attachment = { url: 'http://127.0.0.1:8080', databaseUrl: 'postgres://a@127.0.0.1/b' };
    const of = (more: object, gates: object = {}) => {
      const route = { method: 'PUT', path: '/users/:id', effect: writes('public.users'), ...more };
      const definition = defineMigration({
        system: 'small',
        extractions: [extraction('auth', { service: 'auth', tables: [users], routes: [route], gates })],
      });
      return () => planMigration(definition, { programs: { ...programs, monolith: { role: 'monolith', attached: attachment } } });
    };
    expect(of({})).toThrow(
      expect.objectContaining({
        code: 'MIGRATION_REHEARSAL_IMPOSSIBLE',
        message: expect.stringMatching(/^migration\.ts:\d+: route "PUT \/users\/:id".*second "monolith"/),
      }),
    );
    expect(of({ noRehearsal: 'the tests of the service' })).not.toThrow();
    expect(of({}, { writesReplayed: 0 })).not.toThrow();
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

  it('accepts routes that stay with the monolith and write the tables, and comparisons that make sense', () => {
    const planned = plannedExtraction(
      plan(
        extraction('auth', {
          service: 'auth',
          tables: [users],
          routes: [
            { method: 'GET', path: '/list', effect: reads('public.users'), compare: { anyOrder: true, draws: ['parts'] } },
            { method: 'GET', path: '/list/random', effect: reads('public.users'), compare: { drawnFrom: '/list' } },
            { method: 'GET', path: '/board', effect: reads('public.users'), compare: { invented: { where: { id: 0 }, fields: ['name'] } } },
            {
              method: 'POST',
              path: '/users',
              effect: writes('public.users'),
              compare: { announces: { field: 'awards', to: 'userId' }, about: { field: 'team', table: 'public.teams', column: 'id' } },
            },
          ],
          writtenByMonolith: [{ method: 'PUT', path: '/admin/users/:id', effect: writes('public.users', 'public.audit') }],
        }),
      ),
      'auth',
    );
    expect(planned.writtenByMonolith.map((it) => it.id)).toEqual(['PUT /admin/users/:id']);
    expect(planned.routes.map((it) => it.compare)).toEqual([
      { anyOrder: true, draws: ['parts'] },
      { drawnFrom: '/list' },
      { invented: { where: { id: 0 }, fields: ['name'] } },
      { announces: { field: 'awards', to: 'userId' }, about: { field: 'team', table: 'public.teams', column: 'id' } },
    ]);
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
    [
      'a drawn field that is a path',
      { system: 's', extractions: [{ name: 'a', routes: [{ method: 'GET', path: '/a', compare: { draws: ['a.b'] } }] }] },
      'extractions[0].routes[0].compare.draws[0]',
    ],
    ['a misspelt gate', { system: 's', extractions: [{ name: 'a', gates: { shadowCompare: 1 } }] }, 'shadowCompare'],
  ])('refuses %s as a migration, naming the field', (_what, definition, field) => {
    expect(() => planMigration(definition, { programs })).toThrow(
      expect.objectContaining({ code: 'MIGRATION_FILE_SHAPE', message: expect.stringContaining(field) }),
    );
  });
});
