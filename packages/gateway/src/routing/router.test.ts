/** No spelling of a path escapes its route. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { validateRouteTable, type Route, type RouteTable } from '../route-table.ts';
import { canonicalPath } from './path.ts';
import { compileRouter } from './router.ts';

function route(id: string, rest: Partial<Route> = {}): Route {
  const [method, path] = id.split(' ') as [string, string];
  return { id, method, path, effect: { reads: [], writes: [] }, upstream: 'monolith', ...rest };
}

function table(
  routes: Route[],
  upstreams: Record<string, string> = { monolith: 'http://127.0.0.1:1', auth: 'http://127.0.0.1:2' },
): RouteTable {
  return { version: 1, upstreams, fallback: 'monolith', routes };
}

const router = compileRouter(
  table([
    route('GET /'),
    route('GET /api/questions'),
    route('GET /api/questions/:id'),
    route('GET /api/questions/random'),
    route('* /api/questions/:id/flag'),
    route('POST /api/questions/:id'),
    route('GET /api/:what/:id/deep'),
    route('GET /files/*'),
  ]),
);

describe('find', () => {
  it.each([
    ['GET', '/', 'GET /'],
    ['GET', '/?a=1', 'GET /'],
    ['GET', '/api/questions', 'GET /api/questions'],
    ['GET', '/api/questions/', 'GET /api/questions'],
    ['GET', '/API/Questions?x=/api/other', 'GET /api/questions'],
    ['HEAD', '/api/questions', 'GET /api/questions'],
    ['GET', '/api/questions/random', 'GET /api/questions/random'],
    ['GET', '/api/questions/RANDOM', 'GET /api/questions/random'],
    ['GET', '/api/questions/%72andom', 'GET /api/questions/random'],
    ['GET', '/api/questions/17', 'GET /api/questions/:id'],
    ['GET', '/api/questions/1%2F7', 'GET /api/questions/:id'],
    ['POST', '/api/questions/random', 'POST /api/questions/:id'],
    ['DELETE', '/api/questions/1/flag', '* /api/questions/:id/flag'],
    ['GET', '/api/questions/1/deep', 'GET /api/:what/:id/deep'],
    ['GET', '/api%2Fquestions', 'GET /api/questions'],
    ['GET', '/api%5cquestions', 'GET /api/questions'],
    ['GET', '/api\\questions', 'GET /api/questions'],
    ['GET', '//api///questions//', 'GET /api/questions'],
    ['GET', '/files/a/b/c', 'GET /files/*'],
    ['GET', '/.well-known/x', 'unmatched'],
    ['PUT', '/api/questions/17', 'unmatched'],
    ['GET', '/api/questions/1/2', 'unmatched'],
    ['GET', '/api/questions/%252e%252e', 'GET /api/questions/:id'],
    ['GET', '/api/questions/%zz', 'GET /api/questions/:id'],
  ])('%s %s is %s', (method, target, id) => {
    expect(router.find(method, target)?.id).toBe(id);
  });

  it.each(['*', '', 'a', 'http://a/', '/a#b', '/..', '/a/..', '/a/%2e%2e/b', '/a/.%2e/b', '/a/..%2fb', '/a/..%5cb', '/./a', '\\a'])(
    'refuses %s',
    (target) => {
      expect(router.find('GET', target)).toBeUndefined();
    },
  );

  it('gives a route of the rest what no other one takes in either reading, and nothing else', () => {
    const withRest = compileRouter(table([route('GET /api/questions'), route('GET /files/*'), route('* /*', { upstream: 'auth' })]));
    const ids = (...targets: string[]) => targets.map((target) => withRest.find('GET', target)?.id);
    expect(ids('/', '/api', '/api/questions/1')).toEqual(['* /*', '* /*', '* /*']);
    expect(ids('/api/questions', '/api%2Fquestions', '/files/a')).toEqual(['GET /api/questions', 'GET /api/questions', 'GET /files/*']);
    expect(withRest.find('OPTIONS', '/api/questions')?.route.upstream).toBe('auth');
    expect(withRest.find('GET', '/a/../b')).toBeUndefined();
    expect(withRest.routesById.has('* /*')).toBe(true);
  });

  it('finds the same route for every spelling of a path', () => {
    const spelled = (path: string): fc.Arbitrary<string> =>
      fc
        .tuple(
          ...Array.from(path, (letter) =>
            letter === '/'
              ? fc.constantFrom('/', '//', '/', '%2f')
              : fc.constantFrom(letter, letter.toUpperCase(), `%${letter.charCodeAt(0).toString(16)}`),
          ),
        )
        .map((parts) => `/${parts.slice(1).join('')}`);
    expect(() =>
      fc.assert(fc.property(spelled('/api/questions/random'), (target) => router.find('GET', target)?.id !== 'unmatched')),
    ).not.toThrow();
  });

  it('is the same when a canonical path is made canonical again', () => {
    expect(() =>
      fc.assert(
        fc.property(fc.webPath(), (path) => {
          const once = canonicalPath(path === '' ? '/' : path);
          return once === undefined || canonicalPath(once) === once;
        }),
      ),
    ).not.toThrow();
  });
});

describe('own writes', () => {
  const moving = { extraction: 'auth', effect: { reads: ['public.users'], writes: [] }, canary: { upstream: 'auth', sharePercent: 5 } };
  const write = { effect: { reads: [], writes: ['public.users'] } };

  it('pin for every extraction whose readers see the tables, also from routes of others', () => {
    const found = compileRouter(
      table([
        route('GET /profile', moving),
        route('POST /admin/users', { ...write, extraction: 'admin' }),
        route('POST /other', { effect: { reads: [], writes: ['public.other'] } }),
      ]),
    );
    expect(found.find('POST', '/admin/users')!.pinsExtractions).toEqual(['auth']);
    expect(found.find('POST', '/other')!.pinsExtractions).toEqual([]);
  });

  it('pin for nothing while only one program answers', () => {
    const found = compileRouter(
      table([
        route('GET /profile', { extraction: 'auth', effect: moving.effect }),
        route('POST /profile', { ...write, extraction: 'auth' }),
      ]),
    );
    expect(found.find('POST', '/profile')!.pinsExtractions).toEqual([]);
  });
});

describe('declared comparisons', () => {
  const list = route('GET /things', { compare: { anyOrder: true, draws: ['parts'] } });
  const drawn = (compare: unknown, rest: Partial<Route> = {}) =>
    table([list, route('GET /drawn', { compare: compare as NonNullable<Route['compare']>, ...rest })]);

  it('reach the comparison with the fields that the list draws', () => {
    const { routesById } = compileRouter(validateRouteTable(drawn({ drawnFrom: '/things' })));
    expect(routesById.get('GET /drawn')?.compare).toEqual({ drawnFrom: '/things', draws: ['parts'] });
    expect(routesById.get('GET /things')?.compare).toEqual({ anyOrder: true, draws: ['parts'] });
  });

  it.each<[unknown, string, Partial<Route>?]>([
    [{ anyOrder: true }, 'only read', { effect: { reads: [], writes: ['public.things'] } }],
    [{ anyOrder: 'yes' }, 'anyOrder'],
    [{ draws: 'parts' }, 'draws'],
    [{ invented: { where: {}, fields: ['name'] } }, 'invented'],
    [{ invented: { where: { id: 0 }, fields: [] } }, 'invented'],
    [{ invented: { where: { id: 0 }, fields: ['id'] } }, 'invented'],
    [{ drawnFrom: '/things', invented: { where: { id: 0 }, fields: ['name'] } }, 'leaves nothing'],
    [{ drawnFrom: 7 }, 'must be a path'],
    [{ drawnFrom: '/other' }, '"/other"'],
    [{ drawnFrom: '/drawn' }, '"/drawn"'],
    [{ drawnFrom: '/things', draws: ['parts'] }, 'leaves nothing'],
  ])('%j is refused: %s', (compare, finding, rest) => {
    expect(() => validateRouteTable(drawn(compare, rest))).toThrow(finding);
  });
});

describe('validateRouteTable', () => {
  const rejects = (candidate: unknown): readonly string[] => {
    try {
      validateRouteTable(candidate);
    } catch (error) {
      return (error as { details: string[] }).details;
    }
    return [];
  };

  it('accepts a table and names everything that is wrong with another', () => {
    expect(rejects(table([route('GET /a')]))).toEqual([]);
    expect(rejects(undefined)).toHaveLength(1);
    expect(rejects({ ...table([]), version: -1, fallback: 'nobody' })).toHaveLength(2);
    expect(rejects(table([], { monolith: 'http://127.0.0.1:1/base' }))[0]).toContain('without a path');
    expect(rejects(table([route('GET /a'), route('GET /a')]))[0]).toContain('twice');
    expect(rejects(table([route('GET /a/:id'), { ...route('GET /A/:name'), id: 'other' }]))[0]).toContain('match the same requests');
    expect(rejects(table([route('get /a'), route('GET a'), route('GET /a/../b')]))).toHaveLength(3);
    expect(rejects(table([route('GET /a', { upstream: 'nobody' })]))[0]).toContain('"nobody"');
  });

  it('lets only routes that read be shadowed, canaried or fall back', () => {
    const writing = { effect: { reads: [], writes: ['public.users'] } };
    expect(rejects(table([route('POST /a', { ...writing, shadow: { upstream: 'auth', sharePercent: 1 } })]))[0]).toContain(
      'shadow is for routes that only read',
    );
    expect(rejects(table([route('POST /a', { ...writing, canary: { upstream: 'auth', sharePercent: 1 } })]))).toHaveLength(1);
    expect(rejects(table([route('POST /a', { ...writing, fallbackUpstream: 'auth' })]))).toHaveLength(1);
    expect(rejects(table([route('GET /a', { shadowable: false, canary: { upstream: 'auth', sharePercent: 1 } })]))).toHaveLength(1);
  });
});
