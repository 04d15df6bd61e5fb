import { describe, expect, it } from 'vitest';
import { extraction } from '../definition.ts';
import type { Extraction } from '../definition.ts';
import { planMigration } from '../plan.ts';
import type { Stage } from '../stages.ts';
import { castOf } from './cast.ts';

const move = (name: string, service: string, after: Extraction['after'] = []) =>
  extraction(name, { service, after, tables: [{ source: `public.${name}`, target: `public.${name}` }] });

const plan = planMigration(
  {
    system: 'school',
    extractions: [
      move('users', 'auth'),
      move('bank', 'bank'),
      move('answers', 'quiz', [{ extraction: 'users', atLeast: 'replicating' }, 'bank']),
      move('badges', 'badges', ['answers']),
      move('boards', 'boards', ['users']),
      move('editing', 'bank', ['badges']),
    ],
  },
  { programs: Object.fromEntries(['auth', 'bank', 'quiz', 'badges', 'boards'].map((name) => [name, { role: 'service' as const }])) },
);

function cast(name: string, stages: Readonly<Record<string, Stage>> = {}) {
  const { services, owners, retired } = castOf(plan, name, (other) => stages[other] ?? 'canary');
  const shown = services.map(({ program, tables }) => [program, ...tables.map(({ target }) => target.replace('public.', ''))].join(' '));
  return { services: shown, owners: owners.map((it) => it.name), retired };
}

describe('the cast of a rehearsal', () => {
  it('is the service alone where it comes after nothing', () => {
    expect(cast('users')).toEqual({ services: ['auth users'], owners: ['users'], retired: [] });
  });

  it('has the services of all it comes after, those who are asked first', () => {
    expect(cast('badges', { answers: 'owner' })).toEqual({
      services: ['auth users', 'bank bank', 'quiz answers', 'badges badges'],
      owners: ['answers', 'badges'],
      retired: [],
    });
  });

  it('does not take tables from the monolith that do not flow back to it any more', () => {
    const { services, owners, retired } = cast('answers', { users: 'retired', bank: 'owner' });
    expect([services, owners, retired]).toEqual([['auth', 'bank bank', 'quiz answers'], ['users', 'bank', 'answers'], ['users']]);
  });

  it('knows the pending work of a service from all extractions that move to it', () => {
    const work = planMigration(
      {
        system: 'school',
        extractions: [
          extraction('bank', { service: 'bank', pendingWork: ['public.to_check'] }),
          extraction('editing', { service: 'bank', pendingWork: ['public.to_mail'] }),
        ],
      },
      { programs: { bank: { role: 'service' } } },
    );
    expect(castOf(work, 'editing', () => 'canary').services).toEqual([
      { program: 'bank', tables: [], pendingWork: ['public.to_check', 'public.to_mail'] },
    ]);
  });

  it('starts a service once, however many extractions move to it', () => {
    expect(cast('editing').services).toEqual(['auth users', 'quiz answers', 'badges badges', 'bank bank editing']);
  });
});
