import { validateRouteTable } from '@banyan/gateway/route-table';
import { describe, expect, it } from 'vitest';
import { extraction, reads, writes } from './definition.ts';
import { planMigration } from './plan.ts';
import { computeRouteTable, heldRouteIds } from './route-table.ts';
import type { ExtractionState } from './state.ts';

const plan = planMigration(
  {
    system: 'small',
    extractions: [
      extraction('auth', {
        service: 'auth',
        tables: [{ source: 'public.users', target: 'public.users', insertOnlyWriters: ['invite'] }],
        routes: [
          { method: 'GET', path: '/profile', effect: reads('public.users') },
          {
            method: 'GET',
            path: '/callback',
            effect: writes('public.users'),
            issuesToken: { from: 'location', parameter: 'token' },
            noRehearsal: 'a sign-in code works once',
          },
          { method: 'PUT', path: '/profile', effect: writes('public.users'), concernsOthers: true },
        ],
        writtenByMonolith: [{ method: 'POST', path: '/seal', effect: writes('public.users'), concernsOthers: true }],
      }),
      extraction('invite', {
        service: 'auth',
        noWayBack: 'invitations are thrown away',
        routes: [{ method: 'POST', path: '/invite', effect: writes('public.users') }],
      }),
    ],
  },
  { programs: { monolith: { role: 'monolith' }, auth: { role: 'service' } } },
);
const planned: ExtractionState = {
  name: 'auth',
  stage: 'planned',
  sharePercent: 0,
  follows: 'none',
  held: false,
  sideProgramsStopped: false,
  enteredAt: '',
};

function table(change: Partial<ExtractionState>) {
  const upstreams = { monolith: 'http://127.0.0.1:1', auth: 'http://127.0.0.1:2' };
  return validateRouteTable(computeRouteTable({ plan, states: [{ ...planned, ...change }], upstreams, monolith: 'monolith', version: 7 }));
}

function route(change: Partial<ExtractionState>, id: string) {
  return table(change).routes.find((it) => it.id === id);
}

describe('computeRouteTable', () => {
  it('says of which writes others are to find what was written, wherever they are answered', () => {
    const concerning = (stage: ExtractionState['stage']) =>
      table({ stage })
        .routes.filter(({ concernsOthers }) => concernsOthers)
        .map(({ id }) => id);
    for (const stage of ['planned', 'canary', 'owner'] as const) expect(concerning(stage)).toEqual(['PUT /profile', 'POST /seal']);
  });

  it('sends everything to the monolith while planned and replicating', () => {
    for (const stage of ['planned', 'replicating'] as const) {
      expect(route({ stage }, 'GET /profile')).toMatchObject({ upstream: 'monolith' });
      expect(route({ stage }, 'GET /profile')?.shadow).toBeUndefined();
    }
  });

  it('shadows and canaries only what writes nothing', () => {
    expect(route({ stage: 'shadow' }, 'GET /profile')?.shadow).toEqual({ upstream: 'auth', sharePercent: 100 });
    const canary = { stage: 'canary', sharePercent: 50 } as const;
    expect(route(canary, 'GET /profile')).toMatchObject({
      upstream: 'monolith',
      canary: { upstream: 'auth', sharePercent: 50 },
      fallbackUpstream: 'monolith',
    });
    expect(route(canary, 'GET /callback')).toMatchObject({ upstream: 'monolith' });
    expect(route(canary, 'GET /callback')?.canary).toBeUndefined();
  });

  it('sends all to the owner, with the mirror as fallback for reads until retired', () => {
    expect(route({ stage: 'owner' }, 'GET /profile')).toMatchObject({ upstream: 'auth', fallbackUpstream: 'monolith' });
    expect(route({ stage: 'owner' }, 'GET /callback')?.fallbackUpstream).toBeUndefined();
    expect(route({ stage: 'retired' }, 'GET /profile')?.fallbackUpstream).toBeUndefined();
  });

  it('records what is written and can be done again, from the copy until the cutover', () => {
    for (const stage of ['planned', 'owner', 'retired'] as const) expect(route({ stage }, 'PUT /profile')?.record).toBeUndefined();
    for (const stage of ['replicating', 'shadow', 'canary'] as const) {
      expect(route({ stage }, 'PUT /profile')?.record).toBe(true);
      expect(route({ stage }, 'GET /profile')?.record).toBeUndefined();
      expect(route({ stage }, 'GET /callback')?.record).toBeUndefined();
    }
  });

  it('records what an owner writes while one that comes after it is to be rehearsed', () => {
    const visits = (name: string, after: readonly string[]) =>
      extraction(name, {
        service: name,
        after,
        tables: [{ source: `public.${name}`, target: `public.${name}` }],
        routes: [{ method: 'POST', path: `/${name}`, effect: writes(`public.${name}`) }],
      });
    const chain = planMigration(
      { system: 'small', extractions: [visits('one', []), visits('two', ['one']), visits('three', ['two'])] },
      { programs: { monolith: { role: 'monolith' }, one: { role: 'service' }, two: { role: 'service' }, three: { role: 'service' } } },
    );
    const recorded = (stages: Readonly<Record<string, ExtractionState['stage']>>) => {
      const states = Object.entries(stages).map(([name, stage]) => ({ ...planned, name, stage }));
      const upstreams = {
        monolith: 'http://127.0.0.1:1',
        one: 'http://127.0.0.1:2',
        two: 'http://127.0.0.1:3',
        three: 'http://127.0.0.1:4',
      };
      const { routes } = computeRouteTable({ plan: chain, states, upstreams, monolith: 'monolith', version: 1 });
      return routes.filter((it) => it.record).map((it) => it.extraction);
    };
    expect(recorded({ one: 'owner', two: 'owner', three: 'shadow' })).toEqual(['one', 'two', 'three']);
    expect(recorded({ one: 'retired', two: 'canary', three: 'planned' })).toEqual(['one', 'two']);
    expect(recorded({ one: 'owner', two: 'owner', three: 'owner' })).toEqual([]);
    expect(recorded({ one: 'planned', two: 'planned', three: 'shadow' })).toEqual(['three']);
  });

  it("holds every route that writes a table under cutover, also another extraction's, and no read", () => {
    expect(heldRouteIds(table({ stage: 'canary', sharePercent: 100, held: true }))).toEqual([
      'GET /callback',
      'PUT /profile',
      'POST /invite',
    ]);
    expect(heldRouteIds(table({ stage: 'canary', sharePercent: 100 }))).toEqual([]);
  });

  it('leaves routes that stay with the monolith there in every stage, with what they write, and hands on how answers are compared', () => {
    const staying = planMigration(
      {
        system: 'small',
        extractions: [
          extraction('auth', {
            service: 'auth',
            tables: [{ source: 'public.users', target: 'public.users' }],
            routes: [{ method: 'GET', path: '/users', effect: reads('public.users'), compare: { anyOrder: true } }],
            writtenByMonolith: [{ method: 'POST', path: '/admin/users', effect: writes('public.users') }],
          }),
        ],
      },
      { programs: { monolith: { role: 'monolith' }, auth: { role: 'service' } } },
    );
    const upstreams = { monolith: 'http://127.0.0.1:1', auth: 'http://127.0.0.1:2' };
    for (const stage of ['planned', 'replicating', 'shadow', 'canary'] as const) {
      const states = [{ ...planned, stage, sharePercent: 100 }];
      const { routes } = validateRouteTable(computeRouteTable({ plan: staying, states, upstreams, monolith: 'monolith', version: 7 }));
      expect(routes[0]?.compare).toEqual({ anyOrder: true });
      expect(routes[1]).toEqual({
        id: 'POST /admin/users',
        extraction: 'auth',
        method: 'POST',
        path: '/admin/users',
        effect: { reads: [], writes: ['public.users'] },
        shadowable: false,
        upstream: 'monolith',
      });
    }
  });
});
