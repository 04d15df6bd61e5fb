/** The gateway as a program: routes in force at once everywhere, nothing lost on flips, holds, restarts and crashes. */
import { createServer } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { Route, RouteTable } from './route-table.ts';
import { exchangeBytes, startHttpServer, statusOf, type TestServer } from './testing/raw-http.ts';
import { spawnGateway, startGateway, testToken, type TestGateway } from './testing/start-gateway.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function named(name: string, delayMs = 0): Promise<TestServer> {
  const server = await startHttpServer((incoming, response) => {
    incoming.resume();
    incoming.on('end', () =>
      setTimeout(
        () => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ name, url: incoming.url })),
        delayMs,
      ),
    );
  });
  closing.push(() => server.close());
  return server;
}

async function gatewayTo(monolithUrl: string, settings: Parameters<typeof startGateway>[1] = {}, folder?: string): Promise<TestGateway> {
  const gateway = await startGateway(monolithUrl, settings, folder);
  closing.push(() => gateway.end('SIGKILL'));
  return gateway;
}

function route(id: string, upstream: string, rest: Partial<Route> = {}): Route {
  const [method, path] = id.split(' ') as [string, string];
  return {
    id,
    method,
    path,
    extraction: 'auth',
    effect: { reads: ['public.users'], writes: method === 'GET' ? [] : ['public.users'] },
    upstream,
    ...rest,
  };
}

function table(version: number, upstreams: Record<string, string>, routes: Route[]): RouteTable {
  return { version, upstreams, fallback: 'monolith', routes };
}

async function ask(
  gateway: TestGateway,
  path: string,
  options: { method?: 'GET' | 'POST'; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; name: string; body: string }> {
  const { statusCode, body } = await request(`${gateway.url}${path}`, {
    method: options.method ?? 'GET',
    headers: options.headers ?? {},
    body: options.body ?? null,
  });
  const text = await body.text();
  return { status: statusCode, name: text.startsWith('{') ? (JSON.parse(text) as { name: string }).name : '', body: text };
}

function bearer(user: number): Record<string, string> {
  return { authorization: `Bearer x.${Buffer.from(JSON.stringify({ sub: user })).toString('base64url')}.y` };
}

describe('routes', () => {
  it('go to their owner, everything else to the fallback', async () => {
    const [monolith, auth] = [await named('monolith'), await named('auth')];
    const gateway = await gatewayTo(monolith.url);
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

  it('flip a hundred times under load without one failed request, each in under a second', async () => {
    const [monolith, auth] = [await named('monolith'), await named('auth')];
    const gateway = await gatewayTo(monolith.url);
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
    expect(Math.max(...flips)).toBeLessThan(1_000);
  }, 30_000);

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
    const first = await gatewayTo(monolith.url);
    await first.client.putRoutes(table(3, { monolith: monolith.url, auth: auth.url }, [route('GET /api/auth/profile', 'auth')]));
    await first.end('SIGKILL');
    const second = await gatewayTo(monolith.url, {}, first.folder);
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
    const gateway = await gatewayTo(monolith.url);
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
    const gateway = await gatewayTo(monolith.url, { workers: 1 });
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
    const gateway = await gatewayTo(monolith.url);
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
    const gateway = await gatewayTo(monolith.url, { controllerUrl: control.url, controllerToken: 'control' });
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

  it('pin the user of the token that a redirect issues', async () => {
    const token = bearer(77)['authorization']!.slice(7);
    const monolith = await startHttpServer((incoming, response) => {
      if (incoming.url!.startsWith('/callback'))
        response.writeHead(302, { Location: `http://front/auth?token=${token}`, 'Content-Length': 0 }).end();
      else response.end('{"name":"monolith"}');
    });
    closing.push(() => monolith.close());
    const [auth, control] = [await named('auth'), await controller()];
    const gateway = await gatewayTo(monolith.url, { controllerUrl: control.url, controllerToken: 'control' });
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

describe('programs that go away', () => {
  it('are waited for while they restart; nothing fails', async () => {
    const monolith = await named('monolith');
    const gateway = await gatewayTo(monolith.url);
    expect((await ask(gateway, '/a')).status).toBe(200);
    await monolith.close();
    const waiting = [
      ask(gateway, '/a'),
      ask(gateway, '/b', { method: 'POST', body: 'x' }),
      ask(gateway, '/c', { method: 'POST', body: 'y'.repeat(100_000) }),
    ];
    await until(async () => ((await gateway.client.state()).counters['restart_waits'] ?? 0) >= 3);
    const again = await startHttpServer((incoming, response) => {
      incoming.resume();
      incoming.on('end', () => response.end('{"name":"again"}'));
    }, monolith.port);
    closing.push(() => again.close());
    expect((await Promise.all(waiting)).map(({ status, name }) => `${status} ${name}`)).toEqual(['200 again', '200 again', '200 again']);
  });

  it('fall back for reads, else say so with Retry-After', async () => {
    const monolith = await named('monolith');
    const gateway = await gatewayTo(monolith.url, { limits: { restartWindowMs: 200 } });
    const upstreams = { monolith: monolith.url, auth: 'http://127.0.0.1:9' };
    await gateway.client.putRoutes(
      table(1, upstreams, [
        route('GET /api/auth/profile', 'auth', { fallbackUpstream: 'monolith' }),
        route('POST /api/auth/name', 'auth'),
        route('GET /api/auth/only', 'auth'),
      ]),
    );
    expect((await ask(gateway, '/api/auth/profile')).name).toBe('monolith');
    for (const [method, path] of [
      ['POST', '/api/auth/name'],
      ['GET', '/api/auth/only'],
    ] as const) {
      const { statusCode, headers, body } = await request(`${gateway.url}${path}`, { method });
      expect(statusCode).toBe(503);
      expect(headers['retry-after']).toBe('1');
      expect(await body.json()).toMatchObject({
        code: 'GATEWAY_UPSTREAM_UNREACHABLE',
        message: expect.stringContaining('not sent') as unknown,
      });
    }
  });

  it('are asked once more when a safe request was lost, never when a write was', async () => {
    const seen: string[] = [];
    const flaky = await startHttpServer((incoming, response) => {
      seen.push(incoming.method!);
      if (seen.filter((method) => method === incoming.method).length === 1) incoming.socket.destroy();
      else response.end('{"name":"flaky"}');
    });
    closing.push(() => flaky.close());
    const gateway = await gatewayTo(flaky.url, { workers: 1 });
    await gateway.client.putRoutes(table(1, { monolith: flaky.url }, [route('GET /a', 'monolith'), route('POST /a', 'monolith')]));
    expect((await ask(gateway, '/a')).name).toBe('flaky');
    const write = await ask(gateway, '/a', { method: 'POST', body: 'x' });
    expect(write.status).toBe(502);
    expect(write.body).toContain('GATEWAY_UPSTREAM_LOST');
    expect(seen).toEqual(['GET', 'GET', 'POST']);
  });

  it('are not waited for beyond the time limit', async () => {
    const silent = await startHttpServer(() => {});
    closing.push(() => silent.close());
    const gateway = await gatewayTo(silent.url, { limits: { answerTimeoutMs: 1_000 } });
    const answer = await ask(gateway, '/a');
    expect(answer.status).toBe(504);
    expect(answer.body).toContain('GATEWAY_UPSTREAM_TIMEOUT');
  });

  it('hear of a client that has gone', async () => {
    let gone: () => void;
    const heard = new Promise<void>((resolve) => (gone = resolve));
    const slow = await startHttpServer((_incoming, response) => void response.once('close', () => gone()));
    closing.push(() => slow.close());
    const gateway = await gatewayTo(slow.url);
    const leaving = new AbortController();
    const asking = request(`${gateway.url}/slow`, { signal: leaving.signal }).catch(() => undefined);
    await until(async () => (await gateway.client.state()).workers.some(({ inFlight }) => inFlight > 0));
    leaving.abort();
    await expect(heard).resolves.toBeUndefined();
    await asking;
  });
});

describe('bodies', () => {
  it('are refused beyond the limit, announced or not', async () => {
    const monolith = await named('monolith');
    const gateway = await gatewayTo(monolith.url, { limits: { bodyBytes: 100_000 } });
    expect(statusOf(await exchangeBytes(gateway.port, `POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n`))).toBe(413);
    const chunk = `${(60_000).toString(16)}\r\n${'x'.repeat(60_000)}\r\n`;
    expect(
      statusOf(
        await exchangeBytes(gateway.port, `POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`),
      ),
    ).toBe(413);
  });

  it('stream both ways without gathering in memory', async () => {
    const bytes = 48 * 1024 * 1024;
    const echo = await startHttpServer((incoming, response) => {
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
      incoming.pipe(response);
    });
    closing.push(() => echo.close());
    const gateway = await gatewayTo(echo.url, { workers: 1 });
    const source = (function* () {
      for (let sent = 0; sent < bytes; sent += 65_536) yield Buffer.alloc(65_536, 7);
    })();
    const { body } = await request(`${gateway.url}/echo`, { method: 'POST', body: source as unknown as Buffer });
    let received = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) received += chunk.length;
    expect(received).toBe(bytes);
    expect(statusOf(await exchangeBytes(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'))).toBe(200);
  });
});

describe('WebSockets', () => {
  it('pass under the route rules, and a refusal comes back as an answer', async () => {
    const auth = await startHttpServer((_incoming, response) => void response.writeHead(426, { 'Content-Length': 2 }).end('no'));
    closing.push(() => auth.close());
    const echo = createServer((socket) => {
      socket.once('data', (head) => {
        expect(head.toString()).toMatch(/upgrade: websocket/i);
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n');
        socket.on('data', (data) => socket.write(`echo:${data.toString()}`));
      });
      socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    const echoUrl = `http://127.0.0.1:${(echo.address() as { port: number }).port}`;
    const gateway = await gatewayTo(auth.url);
    await gateway.client.putRoutes(table(1, { monolith: auth.url, live: echoUrl }, [route('GET /live', 'live')]));
    const handshake = (path: string): string =>
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n`;
    const joined = await exchangeBytes(gateway.port, `${handshake('/live')}hello`, 200);
    expect(joined).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(joined).toContain('echo:hello');
    expect(statusOf(await exchangeBytes(gateway.port, handshake('/other')))).toBe(426);
    echo.close();
  });
});

describe('the processes', () => {
  it('replace a worker that dies, while the other goes on', async () => {
    const monolith = await named('monolith');
    const gateway = await gatewayTo(monolith.url);
    const victim = gateway.workers[0]!;
    process.kill(victim, 'SIGKILL');
    for (let turn = 0; turn < 20; turn++)
      expect(statusOf(await exchangeBytes(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'))).toBe(200);
    await until(async () => {
      const { workers } = await gateway.client.state();
      return workers.length === 2 && workers.every(({ pid }) => pid !== victim);
    });
  });

  it('finish what is in flight on SIGTERM and end with code 0', async () => {
    const monolith = await named('monolith', 300);
    const gateway = await gatewayTo(monolith.url);
    const agent = new Agent();
    const inFlight = request(`${gateway.url}/slow`, { dispatcher: agent });
    await until(async () => (await gateway.client.state()).workers.some((worker) => worker.inFlight > 0));
    const ended = gateway.end('SIGTERM');
    expect((await inFlight).statusCode).toBe(200);
    expect(await ended).toBe(0);
    await agent.close();
  });

  it('name the holder of a port that is in use, and the next command', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const text = await startFailing({ port, adminPort: 0, adminToken: testToken, monolithUrl: 'http://127.0.0.1:1' });
    expect(text).toMatch(new RegExp(`GATEWAY_PORT_IN_USE: Port ${port} on 127.0.0.1 \\(port\\) is in use by process ${process.pid} `));
    expect(text).toContain(`kill ${process.pid}`);
    holder.close();
  });

  it('do not start with wrong settings, and say what to do', async () => {
    const text = await startFailing({ port: 'x', adminPort: 0, adminToken: 'short', monolithUrl: 'nowhere', prot: 1 });
    expect(text).toMatch(/GATEWAY_CONFIG_INVALID: The configuration has 4 error\(s\).*prot is not a setting/s);
    expect(text).toContain('Next: ');
    expect(text).not.toMatch(/^\s+at /m);
  });

  it('write one JSON line per request and Prometheus metrics', async () => {
    const monolith = await named('monolith');
    const gateway = await gatewayTo(monolith.url, { accessLog: 'json' });
    await exchangeBytes(gateway.port, 'GET /a"b?secret=1 HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => Promise.resolve(gateway.output().includes('"event":"request"')));
    const line = gateway
      .output()
      .split('\n')
      .find((text) => text.includes('"event":"request"'))!;
    expect(JSON.parse(line)).toMatchObject({ method: 'GET', path: '/a"b', route: 'unmatched', upstream: 'monolith', status: 200 });
    const { body } = await request(`${gateway.adminUrl}/metrics`, { headers: { authorization: `Bearer ${testToken}` } });
    expect(await body.text()).toContain('banyan_gateway_requests_total{route="unmatched",upstream="monolith"} 1');
    expect((await gateway.client.traffic()).totals).toMatchObject([{ route: 'unmatched', upstream: 'monolith', requests: 1, errors: 0 }]);
  });
});

describe('shadow', () => {
  const shadowed = (sharePercent = 100): Route =>
    route('GET /api/auth/profile', 'monolith', { shadow: { upstream: 'auth', sharePercent } });

  it('compares answers, excuses nothing real, and keeps findings over a restart', async () => {
    const [monolith, auth] = [await named('same'), await named('same')];
    const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    const gateway = await gatewayTo(monolith.url, { limits: { noiseSamplesMin: 3 } }, folder);
    const different = await named('different');
    await gateway.client.putRoutes(table(1, { monolith: monolith.url, auth: auth.url }, [shadowed()]));
    for (let turn = 0; turn < 10; turn++) await ask(gateway, '/api/auth/profile');
    await until(async () => (await gateway.client.shadow()).routes['GET /api/auth/profile']?.equal === 10);
    await gateway.client.putRoutes(table(2, { monolith: monolith.url, auth: different.url }, [shadowed()]));
    for (let turn = 0; turn < 5; turn++) await ask(gateway, '/api/auth/profile');
    await until(async () => (await gateway.client.shadow()).routes['GET /api/auth/profile']?.mismatches === 5);
    const report = (await gateway.client.shadow()).routes['GET /api/auth/profile']!;
    expect(report).toMatchObject({ compared: 15, excused: 0, noiseLearned: true, groups: [{ path: 'name', kind: 'value', count: 5 }] });
    await gateway.end('SIGTERM');
    const again = await gatewayTo(monolith.url, { limits: { noiseSamplesMin: 3 } }, folder);
    expect((await again.client.shadow()).routes['GET /api/auth/profile']).toMatchObject({ compared: 15, mismatches: 5 });
    await again.client.resetShadow();
    expect((await again.client.shadow()).routes).toEqual({});
  });

  it.each(['dead', 'stalled'])('does not change the main path when it is %s', async (kind) => {
    const monolith = await named('monolith');
    const stalled = await startHttpServer(() => {});
    closing.push(() => stalled.close());
    const gateway = await gatewayTo(monolith.url, { limits: { shadowQueueMax: 5, shadowConcurrency: 2 } });
    await gateway.client.putRoutes(
      table(1, { monolith: monolith.url, auth: kind === 'dead' ? 'http://127.0.0.1:9' : stalled.url }, [shadowed()]),
    );
    const startedMs = performance.now();
    for (let turn = 0; turn < 200; turn++) expect((await ask(gateway, '/api/auth/profile')).status).toBe(200);
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    await until(async () => {
      const report = (await gateway.client.shadow()).routes['GET /api/auth/profile'];
      return report !== undefined && (kind === 'dead' ? report.unanswered > 0 : (report.droppedBy['queue-full'] ?? 0) > 150);
    });
  });
});

async function startFailing(settings: Record<string, unknown>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const child = spawnGateway(folder, { statePath: join(folder, 'routes.json'), ...settings });
  let text = '';
  child.stderr!.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(1);
  return text;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
