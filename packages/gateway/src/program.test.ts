/** The gateway as a program: nothing lost on restarts and crashes of others and of itself, bodies, WebSockets, shadow. */
import { createServer } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { Route } from './route-table.ts';
import { exchangeBytes, startHttpServer, statusOf } from './testing/raw-http.ts';
import { spawnGateway, testToken } from './testing/start-gateway.ts';
import { ask, closeAll, closing, gatewayTo, named, route, table, until } from './testing/steered-gateway.ts';

afterEach(closeAll);

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

  it('let the front end read that, where it asks from an origin of its own; what programs answer stays theirs', async () => {
    const monolith = await named('monolith');
    const origin = 'http://localhost:4300';
    for (const allowOrigin of [undefined, origin]) {
      const settings = { limits: { restartWindowMs: 200 }, ...(allowOrigin === undefined ? {} : { allowOrigin }) };
      const gateway = await gatewayTo(monolith.url, settings);
      await gateway.client.putRoutes(table(1, { monolith: monolith.url, auth: 'http://127.0.0.1:9' }, [route('POST /a', 'auth')]));
      const own = await request(`${gateway.url}/a`, { method: 'POST' });
      expect(own.statusCode).toBe(503);
      expect([own.headers['access-control-allow-origin'], own.headers['access-control-expose-headers']]).toEqual(
        allowOrigin === undefined ? [undefined, undefined] : [origin, 'Retry-After, X-Trace-ID'],
      );
      const theirs = await request(`${gateway.url}/b`);
      expect([theirs.statusCode, theirs.headers['access-control-allow-origin']]).toEqual([200, undefined]);
      await Promise.all([own.body.dump(), theirs.body.dump()]);
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
    const gateway = await gatewayTo(flaky.url);
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
    const gateway = await gatewayTo(echo.url);
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
    const gateway = await gatewayTo(monolith.url, { workers: 2 });
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
    const gateway = await gatewayTo(monolith.url, { workers: 2 });
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

  it('know what was asked lately, by its trace id', async () => {
    const monolith = await named('monolith');
    const gateway = await gatewayTo(monolith.url, { workers: 2 });
    const traceId = '0190f0c4-0000-7000-8000-00000000beef';
    const headers = { 'x-trace-id': traceId };
    await Promise.all(['/a?secret=1', '/b'].map((path) => ask(gateway, path, { headers })));
    await ask(gateway, '/c');
    const found = await gateway.client.requests(traceId);
    expect(found.map(({ method, path, upstream, status }) => `${method} ${path} ${upstream} ${status}`).sort()).toEqual([
      'GET /a monolith 200',
      'GET /b monolith 200',
    ]);
    for (const { atMs, ms } of found) expect(Math.abs(Date.now() - atMs - ms)).toBeLessThan(60_000);
  });

  it('write one JSON line per request and Prometheus metrics', async () => {
    const monolith = await named('monolith');
    const gateway = await gatewayTo(monolith.url, { workers: 2, accessLog: 'json' });
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
    const gateway = await gatewayTo(monolith.url, { workers: 2, limits: { noiseSamplesMin: 3 } }, folder);
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
    const again = await gatewayTo(monolith.url, { workers: 2, limits: { noiseSamplesMin: 3 } }, folder);
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
    expect(performance.now() - startedMs).toBeLessThan(20_000);
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
