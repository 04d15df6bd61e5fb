// People and programs that send nonsense.
import { type Asking, type SeededRandom, type TrafficAction } from '@banyan/proof';
import { single } from './tickets.ts';
import { at, expecting, type World } from './world.ts';

const json = { 'content-type': 'application/json' };

type Nuisance = Omit<Asking, 'actor'>;

const withoutToken: readonly Nuisance[] = [
  { group: 'tickets', what: 'no token', method: 'GET', path: '/tickets', judge: expecting(401) },
  { group: 'tickets', what: 'bad token', method: 'GET', path: '/tickets', token: 'not.a.token', judge: expecting(401) },
  { group: 'tickets', what: 'broken JSON', method: 'POST', path: '/tickets', body: '{"title":', headers: json, judge: expecting(400) },
  {
    group: 'auth',
    what: 'wrong password',
    method: 'POST',
    path: '/auth/login',
    body: { email: 'a@b.test', password: 'x' },
    judge: expecting(401),
  },
  { group: 'auth', what: 'no e-mail', method: 'POST', path: '/auth/signup', body: { email: 'x' }, judge: expecting(400) },
  { group: 'other', what: 'unknown path', method: 'GET', path: '/no-such-thing', judge: expecting(404) },
  {
    group: 'other',
    what: 'preflight',
    method: 'OPTIONS',
    path: '/tickets',
    headers: { origin: 'http://localhost:8080', 'access-control-request-method': 'POST' },
    judge: expecting(204),
  },
];

const withToken: readonly Nuisance[] = [
  { group: 'tickets', what: 'unknown ticket', method: 'GET', path: '/tickets/no-such-ticket', judge: expecting(404) },
  { group: 'audit', what: 'unknown history', method: 'GET', path: '/tickets/no-such-ticket/audit', judge: expecting(200) },
  { group: 'tickets', what: 'no title', method: 'POST', path: '/tickets', body: {}, judge: expecting(400) },
  { group: 'admin', what: 'not allowed', method: 'GET', path: '/admin/users', judge: expecting(403) },
];

export function bother({ world, random }: { readonly world: World; readonly random: SeededRandom }): TrafficAction {
  const [isKnown, who] = [random.chance(0.4), random.next()];
  const asking = random.pick(isKnown ? withToken : withoutToken);
  return single(`nuisance: ${asking.what} ${asking.path}`, () => {
    const agent = isKnown ? at(world.agents, who) : undefined;
    return { ...asking, actor: agent?.id ?? 'nobody', ...(agent && { token: agent.token }) };
  });
}
