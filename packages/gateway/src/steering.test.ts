/** Routes in force at once everywhere, holds, the canary, and own writes: what the controller steers, without one request lost. */
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { Route } from './route-table.ts';
import { exchangeBytes, startHttpServer } from './testing/raw-http.ts';
import { testToken } from './testing/start-gateway.ts';
import { ask, bearer, closeAll, closing, gatewayTo, named, route, table, until } from './testing/steered-gateway.ts';

afterEach(closeAll);

describe('routes', () => {
  it('go to their owner, everything else to the fallback', async () => {
    const [monolith, auth] = [await named('monolith'), await named('auth')];
    const gateway = await gatewayTo(monolith.url, { workers: 2 });
    expect((await ask(gateway, '/api/auth/profile')).name).toBe('monolith');
    const answer = await gateway.client.putRoutes(
      table(1, { monolith: monolith.url, auth: auth.url }, [
        route('GET /api/auth/profile', 'auth'),
        route('GET /api/auth/:id', 'monolith'),
      ]),
    );
    expect(answer).toMatchObject({ version: 1, workers: 2, drained: true });
    for (const path of [
      '/api/auth/profile',
      '/API/Auth/PROFILE',
      '/api/auth/profile/',
      '/api//auth/profile',
      '/api/%61uth/profile?x=1',
      '/api%2Fauth%2Fprofile',
    ]) {
      expect((await ask(gateway, path)).name).toBe('auth');
    }
    for (const path of ['/api/auth/other', '/api/auth', '/', '/api/auth/profile/more'])
      expect((await ask(gateway, path)).name).toBe('monolith');
    expect((await ask(gateway, '/api/auth/profile', { method: 'POST' })).name).toBe('monolith');
  });

  it('flip a hundred times under load without one failed request, in under a second', async () => {
    const [monolith, auth] = [await named('monolith'), await named('auth')];
    const gateway = await gatewayTo(monolith.url, { workers: 2 });
    const upstreams = { monolith: monolith.url, auth: auth.url };
    const load = { on: true };
    let asked = 0;
    const failed: unknown[] = [];
    const clients = Array.from({ length: 8 }, async (_, at) => {
      while (load.on) {
        asked += 1;
        const answer = await ask(gateway, '/api/auth/profile', at % 2 === 0 ? {} : { method: 'POST', body: 'x' }).catch(
          (error: unknown) => ({ status: String(error) }),
        );
        if (answer.status !== 200) failed.push(answer);
      }
    });
    const flips: number[] = [];
    for (let version = 1; version <= 100; version++) {
      const owner = version % 2 === 0 ? 'auth' : 'monolith';
      const { flipMs, workers } = await gateway.client.putRoutes(
        table(version, upstreams, [route('GET /api/auth/profile', owner), route('POST /api/auth/profile', owner)]),
      );
      expect(workers).toBe(2);
      flips.push(flipMs);
      expect((await ask(gateway, '/api/auth/profile')).name).toBe(owner);
    }
    load.on = false;
    await Promise.all(clients);
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(200);
    expect(flips.toSorted((one, other) => one - other)[50]).toBeLessThan(1_000);
  });

  it('are refused when older, when other under the same version, and when wrong', async () => {
    const monolith = await named('monolith');
    const gateway = await gatewayTo(monolith.url);
    const upstreams = { monolith: monolith.url };
    await gateway.client.putRoutes(table(5, upstreams, []));
    await gateway.client.putRoutes(table(5, upstreams, []));
    await expect(gateway.client.putRoutes(table(4, upstreams, []))).rejects.toMatchObject({ code: 'GATEWAY_ROUTES_OUTDATED' });
    await expect(gateway.client.putRoutes(table(5, upstreams, [route('GET /a', 'monolith')]))).rejects.toMatchObject({
      code: 'GATEWAY_ROUTES_OUTDATED',
    });
    const wrong = table(6, upstreams, [route('POST /a', 'nobody', { canary: { upstream: 'monolith', sharePercent: 120 } })]);
    await expect(gateway.client.putRoutes(wrong)).rejects.toMatchObject({
      code: 'GATEWAY_ROUTE_INVALID',
      details: expect.arrayContaining([expect.stringContaining('nobody')]) as unknown,
    });
    expect((await gateway.client.state()).version).toBe(5);
  });

  it('are in force at once after the primary was killed', async () => {
    const [monolith, auth] = [await named('monolith'), await named('auth')];
    const first = await gatewayTo(monolith.url, { workers: 2 });
    await first.client.putRoutes(table(3, { monolith: monolith.url, auth: auth.url }, [route('GET /api/auth/profile', 'auth')]));
    await first.end('SIGKILL');
    const second = await gatewayTo(monolith.url, { workers: 2 }, first.folder);
    expect((await ask(second, '/api/auth/profile')).name).toBe('auth');
    expect((await second.client.state()).version).toBe(3);
  });

  it('need the token', async () => {
    const monolith = await named('monolith');
    const gateway = await gatewayTo(monolith.url);
    expect((await request(`${gateway.adminUrl}/state`)).statusCode).toBe(401);
    expect((await request(`${gateway.adminUrl}/state`, { headers: { authorization: `Bearer ${testToken}x` } })).statusCode).toBe(401);
    expect((await request(`${gateway.adminUrl}/health`)).statusCode).toBe(200);
  });
});

describe('holds', () => {
  it('wait, drain what is in flight, and go on to the new owner', async () => {
    const [monolith, auth] = [await named('monolith', 150), await named('auth')];
    const gateway = await gatewayTo(monolith.url, { workers: 2 });
    const upstreams = { monolith: monolith.url, auth: auth.url };
    await gateway.client.putRoutes(table(1, upstreams, [route('POST /api/auth/profile', 'monolith')]));
    const before = ask(gateway, '/api/auth/profile', { method: 'POST', body: 'x' });
    await until(async () => (await gateway.client.state()).workers.some(({ inFlight }) => inFlight > 0));
    const hold = { reason: 'cutover of auth', timeoutMs: 5_000, queueMax: 10 };
    const held = await gateway.client.putRoutes(table(2, upstreams, [route('POST /api/auth/profile', 'monolith', { hold })]), {
      routeIds: ['POST /api/auth/profile'],
      timeoutMs: 2_000,
    });
    expect(held.drained).toBe(true);
    expect(held.drainMs).toBeGreaterThan(0);
    expect((await before).name).toBe('monolith');
    const during = ask(gateway, '/api/auth/profile', { method: 'POST', body: 'y' });
    await until(async () => (await gateway.client.state()).workers.some((worker) => worker.held > 0));
    await gateway.client.putRoutes(table(3, upstreams, [route('POST /api/auth/profile', 'auth')]));
    expect(await during).toMatchObject({ status: 200, name: 'auth' });
  });

  it('answer 503 with Retry-After when the time or the room is over', async () => {
    const monolith = await named('monolith');
    const gateway = await gatewayTo(monolith.url);
    const hold = { reason: 'cutover', timeoutMs: 300, queueMax: 1 };
    await gateway.client.putRoutes(table(1, { monolith: monolith.url }, [route('POST /a', 'monolith', { hold })]));
    const answers = await Promise.all([1, 2].map(() => request(`${gateway.url}/a`, { method: 'POST', body: 'x' })));
    for (const { statusCode, headers, body } of answers) {
      expect(statusCode).toBe(503);
      expect(headers['retry-after']).toBe('1');
      expect(await body.json()).toMatchObject({ statusCode: 503, code: 'GATEWAY_HELD' });
    }
  });
});

describe('canary', () => {
  it('is sticky by user, and who has moved stays moved while the share grows', async () => {
    const [monolith, auth] = [await named('monolith'), await named('auth')];
    const gateway = await gatewayTo(monolith.url, { workers: 2 });
    const upstreams = { monolith: monolith.url, auth: auth.url };
    let moved = new Set<number>();
    const sizes: number[] = [];
    for (const [version, sharePercent] of [0, 20, 60, 100].entries()) {
      await gateway.client.putRoutes(
        table(version + 1, upstreams, [route('GET /api/auth/profile', 'monolith', { canary: { upstream: 'auth', sharePercent } })]),
      );
      const now = new Set<number>();
      for (let user = 0; user < 60; user++)
        if ((await ask(gateway, '/api/auth/profile', { headers: bearer(user) })).name === 'auth') now.add(user);
      for (const user of moved) expect(now.has(user)).toBe(true);
      sizes.push(now.size);
      moved = now;
    }
    expect([sizes[0], sizes[3]]).toEqual([0, 60]);
    expect(sizes[1]).toBeGreaterThan(2);
  });

  it('counts an error against the service only when the owner does not answer it as well', async () => {
    const answering = async (status: number) => {
      const server = await startHttpServer((incoming, response) =>
        response.writeHead(incoming.url!.endsWith('?quirk') ? 500 : status).end(),
      );
      closing.push(() => server.close());
      return server;
    };
    const [monolith, auth] = [await answering(200), await answering(500)];
    const gateway = await gatewayTo(monolith.url);
    await gateway.client.putRoutes(
      table(1, { monolith: monolith.url, auth: auth.url }, [
        route('GET /api/auth/profile', 'monolith', { canary: { upstream: 'auth', sharePercent: 100 } }),
      ]),
    );
    for (let turn = 0; turn < 5; turn++) await ask(gateway, '/api/auth/profile?quirk');
    for (let turn = 0; turn < 3; turn++) await ask(gateway, '/api/auth/profile');
    const ofService = async () => (await gateway.client.traffic()).totals.find(({ upstream }) => upstream === 'auth');
    await until(async () => (await ofService())?.errorsOfBoth === 5);
    expect(await ofService()).toMatchObject({ requests: 8, errors: 8, errorsOfBoth: 5 });
  });
});

describe('own writes', () => {
  async function controller(): Promise<{ url: string; calls: number; release(): void }> {
    let waiting: (() => void)[] = [];
    const state = { url: '', calls: 0, release: () => waiting.splice(0).forEach((go) => go()) };
    const server = await startHttpServer((incoming, response) => {
      if (incoming.headers.authorization !== 'Bearer control' || !incoming.url!.startsWith('/v1/reached?extraction=auth'))
        return response.writeHead(404).end();
      state.calls += 1;
      waiting.push(() => response.end('{}'));
      return undefined;
    });
    closing.push(() => {
      waiting = [];
      return server.close();
    });
    state.url = server.url;
    return state;
  }

  it('are seen: the writer reads from the owner until the copy has reached it, in every worker', async () => {
    const [monolith, auth, control] = [await named('monolith'), await named('auth'), await controller()];
    const gateway = await gatewayTo(monolith.url, { workers: 2, controllerUrl: control.url, controllerToken: 'control' });
    const canary = { upstream: 'auth', sharePercent: 100 };
    await gateway.client.putRoutes(
      table(1, { monolith: monolith.url, auth: auth.url }, [
        route('GET /api/auth/profile', 'monolith', { canary }),
        route('POST /api/auth/name', 'monolith'),
      ]),
    );
    expect((await ask(gateway, '/api/auth/profile', { headers: bearer(1) })).name).toBe('auth');
    await ask(gateway, '/api/auth/name', { method: 'POST', headers: bearer(1), body: 'x' });
    // A new connection for each read, so that both workers are asked.
    for (let turn = 0; turn < 8; turn++) {
      const answer = await exchangeBytes(
        gateway.port,
        `GET /api/auth/profile HTTP/1.1\r\nHost: a\r\nAuthorization: ${bearer(1)['authorization']}\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).toContain('"monolith"');
    }
    expect((await ask(gateway, '/api/auth/profile', { headers: bearer(2) })).name).toBe('auth');
    for (let turn = 0; turn < 5; turn++) await ask(gateway, '/api/auth/name', { method: 'POST', headers: bearer(3 + turn), body: 'x' });
    expect(control.calls).toBe(1);
    control.release();
    await until(async () => (await ask(gateway, '/api/auth/profile', { headers: bearer(1) })).name === 'auth');
    // The writes made meanwhile join one call; one whose end is heard late may need another.
    await until(async () => {
      control.release();
      return (await gateway.client.state()).pins['auth']!.pinned === 0;
    });
    expect(control.calls).toBeGreaterThanOrEqual(2);
    expect(control.calls).toBeLessThanOrEqual(3);
  });

  it('are answered when others find them, where they concern others; when that takes too long all the same', async () => {
    const [monolith, auth, control] = [await named('monolith'), await named('auth'), await controller()];
    const gateway = await gatewayTo(monolith.url, {
      workers: 2,
      controllerUrl: control.url,
      controllerToken: 'control',
      limits: { ownWriteWaitMs: 2_000 },
    });
    const canary = { upstream: 'auth', sharePercent: 100 };
    await gateway.client.putRoutes(
      table(1, { monolith: monolith.url, auth: auth.url }, [
        route('GET /api/auth/profile', 'monolith', { canary }),
        route('POST /api/auth/role', 'monolith', { concernsOthers: true }),
        route('POST /api/auth/name', 'monolith'),
      ]),
    );
    const write = (name: string) => ask(gateway, `/api/auth/${name}`, { method: 'POST', headers: bearer(1), body: 'x' });
    expect((await write('name')).name).toBe('monolith');
    await until(async () => {
      control.release();
      return (await gateway.client.state()).pins['auth']!.pinned === 0;
    });
    let isAnswered = false;
    const held = write('role').then((answer) => {
      isAnswered = true;
      return answer;
    });
    const calls = control.calls;
    await until(async () => control.calls > calls);
    expect(isAnswered).toBe(false);
    control.release();
    expect((await held).name).toBe('monolith');
    expect((await gateway.client.state()).counters).toMatchObject({ waits_for_others: 1 });
    const startedMs = performance.now();
    expect((await write('role')).name).toBe('monolith');
    expect(performance.now() - startedMs).toBeGreaterThan(1_900);
    expect((await gateway.client.state()).counters).toMatchObject({ waits_for_others_over: 1 });
  });

  it('pin the user of the token that a redirect issues', async () => {
    const token = bearer(77)['authorization']!.slice(7);
    const monolith = await startHttpServer((incoming, response) => {
      if (incoming.url!.startsWith('/callback'))
        response.writeHead(302, { Location: `http://front/auth?token=${token}`, 'Content-Length': 0 }).end();
      else response.end('{"name":"monolith"}');
    });
    closing.push(() => monolith.close());
    const [auth, control] = [await named('auth'), await controller()];
    const gateway = await gatewayTo(monolith.url, { workers: 2, controllerUrl: control.url, controllerToken: 'control' });
    const callback: Route = {
      ...route('GET /callback', 'monolith'),
      effect: { reads: [], writes: ['public.users'] },
      issuesToken: { from: 'location', parameter: 'token' },
    };
    await gateway.client.putRoutes(
      table(1, { monolith: monolith.url, auth: auth.url }, [
        callback,
        route('GET /api/auth/profile', 'monolith', { canary: { upstream: 'auth', sharePercent: 100 } }),
      ]),
    );
    expect((await ask(gateway, '/api/auth/profile', { headers: bearer(77) })).name).toBe('auth');
    expect((await ask(gateway, '/callback')).status).toBe(302);
    expect((await ask(gateway, '/api/auth/profile', { headers: bearer(77) })).name).toBe('monolith');
    control.release();
  });

  it('flow back before the writer reaches the monolith, or the wait is over', async () => {
    const [monolith, auth, control] = [await named('monolith'), await named('auth'), await controller()];
    const gateway = await gatewayTo(monolith.url, {
      workers: 2,
      controllerUrl: control.url,
      controllerToken: 'control',
      limits: { ownWriteWaitMs: 400 },
    });
    await gateway.client.putRoutes(
      table(1, { monolith: monolith.url, auth: auth.url }, [route('GET /api/auth/profile', 'auth'), route('POST /api/auth/name', 'auth')]),
    );
    await ask(gateway, '/api/auth/name', { method: 'POST', headers: bearer(1), body: 'x' });
    const startedMs = performance.now();
    expect((await ask(gateway, '/elsewhere', { headers: bearer(1) })).name).toBe('monolith');
    expect(performance.now() - startedMs).toBeGreaterThan(350);
    const waiting = ask(gateway, '/elsewhere', { headers: bearer(1) });
    control.release();
    expect((await waiting).name).toBe('monolith');
    expect((await gateway.client.state()).counters).toMatchObject({ own_write_waits_over: 1 });
  });

  it('let a write to the monolith through at once, although what it writes is read by a service that owns its part', async () => {
    const [monolith, auth, control] = [await named('monolith'), await named('auth'), await controller()];
    const gateway = await gatewayTo(monolith.url, {
      controllerUrl: control.url,
      controllerToken: 'control',
      limits: { ownWriteWaitMs: 5_000 },
    });
    await gateway.client.putRoutes(
      table(1, { monolith: monolith.url, auth: auth.url }, [
        route('GET /api/auth/profile', 'auth'),
        route('POST /api/users', 'monolith', { extraction: 'admin' }),
      ]),
    );
    const startedMs = performance.now();
    const write = { method: 'POST', headers: bearer(1), body: 'x' } as const;
    expect((await ask(gateway, '/api/users', write)).name).toBe('monolith');
    expect(performance.now() - startedMs).toBeLessThan(2_500);
    expect((await gateway.client.state()).pins).toMatchObject({ auth: { pinned: 1 } });
    const second = ask(gateway, '/api/users', write);
    await new Promise((resolve) => setTimeout(resolve, 500)); // for it to be there, waiting
    control.release();
    expect((await second).name).toBe('monolith');
    expect((await gateway.client.state()).counters).toMatchObject({ own_write_waits: 1 });
  });

  it('never trouble the client when the controller is away', async () => {
    const [monolith, auth] = [await named('monolith'), await named('auth')];
    const gateway = await gatewayTo(monolith.url, {
      controllerUrl: 'http://127.0.0.1:9',
      controllerToken: 'control',
      limits: { pinMs: 500 },
    });
    await gateway.client.putRoutes(
      table(1, { monolith: monolith.url, auth: auth.url }, [
        route('GET /api/auth/profile', 'monolith', { canary: { upstream: 'auth', sharePercent: 100 } }),
        route('POST /api/auth/name', 'monolith'),
      ]),
    );
    expect((await ask(gateway, '/api/auth/name', { method: 'POST', headers: bearer(1), body: 'x' })).status).toBe(200);
    expect((await ask(gateway, '/api/auth/profile', { headers: bearer(1) })).name).toBe('monolith');
    await until(async () => (await ask(gateway, '/api/auth/profile', { headers: bearer(1) })).name === 'auth');
  });
});
