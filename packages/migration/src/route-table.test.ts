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
          { method: 'GET', path: '/callback', effect: writes('public.users'), issuesToken: { from: 'location', parameter: 'token' } },
        ],
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

  it("holds every route that writes a table under cutover, also another extraction's, and no read", () => {
    expect(heldRouteIds(table({ stage: 'canary', sharePercent: 100, held: true }))).toEqual(['GET /callback', 'POST /invite']);
    expect(heldRouteIds(table({ stage: 'canary', sharePercent: 100 }))).toEqual([]);
  });
});
