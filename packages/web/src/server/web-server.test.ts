import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpClient, freePort, type HttpClient } from '@banyan/proof';
import { readSettings, type WebSettings } from './settings.ts';
import { startWebServer, type WebServer } from './web-server.ts';

const page = (apiUrl: string) => `<meta name="api-url" content="${apiUrl}" /><h1>the page</h1>`;

let folder: string;
let gateway: Server;
let server: WebServer;
let client: HttpClient;
/** Set by each test: how the gateway answers. */
let answer: (request: IncomingMessage, response: ServerResponse) => unknown;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-web-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), page('http://localhost:3000'));
  writeFileSync(join(folder, 'assets/index-abc.js'), 'run()');
  gateway = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  const apiUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  server = await startWebServer(settingsFor({ apiUrl }));
  client = createHttpClient(server.url);
});

afterAll(async () => {
  await client.close();
  await server.close();
  gateway.closeAllConnections();
  gateway.close();
  rmSync(folder, { recursive: true });
});

describe('the page', () => {
  test.each(['/', '/questions/5', '/auth/callback?token=a.b.c'])(
    'is what %s answers, anew each time and under a strict policy',
    async (path) => {
      const { status, headers, text: body } = await client.get(path);
      expect([status, body, headers['cache-control']]).toEqual([200, page('http://localhost:3000'), 'no-cache']);
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
      expect(headers['content-security-policy']).toContain("connect-src 'self'");
      expect(headers['referrer-policy']).toBe('no-referrer');
    },
  );

  test('has files that are kept for ever, because another content has another name', async () => {
    const { headers, text: body } = await client.get('/assets/index-abc.js');
    expect([body, headers['cache-control']]).toEqual(['run()', 'public, max-age=31536000, immutable']);
  });

  test.each(['/assets/index-old.js', '/..%2f..%2fpackage.json'])('does not stand in for a file that is not there: %s', async (path) => {
    expect((await client.get(path)).text).not.toContain('run()');
    expect((await client.get('/assets/index-old.js')).status).toBe(404);
  });

  test('takes no writes', async () => {
    expect((await client.post('/', {})).status).toBe(405);
  });
});

describe('what is asked below /api', () => {
  test('arrives at the gateway as it was sent, and comes back as it was answered', async () => {
    let seen: { url: string | undefined; headers: IncomingMessage['headers']; body: string } | undefined;
    answer = async (request, response) => {
      seen = { url: request.url, headers: request.headers, body: await text(request) };
      response.writeHead(503, 'Service Unavailable', ['Retry-After', '3', 'X-Trace-ID', 'abc', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']);
      response.end('{"message":"held"}');
    };
    const told = await client.post('/api/stats/record?x=%2F', { questionId: 1 }, { token: 't', headers: { 'x-trace-id': 'abc' } });
    expect(seen).toMatchObject({
      url: '/api/stats/record?x=%2F',
      body: '{"questionId":1}',
      headers: { authorization: 'Bearer t', 'x-trace-id': 'abc' },
    });
    expect(seen?.headers.host).toBe(`127.0.0.1:${(gateway.address() as AddressInfo).port}`);
    expect([told.status, told.text]).toEqual([503, '{"message":"held"}']);
    expect(told.headers).toMatchObject({ 'retry-after': '3', 'x-trace-id': 'abc', 'set-cookie': 'a=1, b=2' });
    expect(told.headers['content-security-policy']).toBeUndefined();
  });

  test('comes back piece by piece, not when it is whole', async () => {
    let finish: () => void = () => {};
    answer = (_, response) => {
      response.write('first');
      finish = () => response.end('last');
    };
    const response = await fetch(`${server.url}/api/slow`);
    const reader = response.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('first');
    finish();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('last');
  });

  test('is not asked again when the gateway breaks off: 502, once', async () => {
    let asked = 0;
    answer = (request) => {
      asked += 1;
      request.socket.destroy();
    };
    expect((await client.post('/api/stats/record', {})).status).toBe(502);
    expect(asked).toBe(1);
  });

  test('ends at the gateway when nobody waits for it any more', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    answer = (request, response) => {
      response.once('close', end);
      request.once('data', () => arrive());
    };
    const leaving = new AbortController();
    const body = new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('half')) });
    const asked = fetch(`${server.url}/api/stats/record`, { method: 'POST', body, duplex: 'half', signal: leaving.signal });
    await arrived;
    leaving.abort();
    await expect(asked).rejects.toThrow('aborted');
    await ended;
    expect((await client.get('/health')).status).toBe(200);
  });

  test('says when it was not sent at all: 503 with Retry-After', async () => {
    const nowhere = await startWebServer(settingsFor({ apiUrl: `http://127.0.0.1:${await freePort()}` }));
    const response = await fetch(`${nowhere.url}/api`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    await response.body?.cancel();
    await nowhere.close();
  });

  test('does not reach further than the gateway', async () => {
    answer = (request, response) => response.end(request.url);
    expect((await client.get('/apis')).text).toContain('<h1>the page</h1>');
    expect((await client.get('/API/questions')).text).toBe('/API/questions');
  });
});

describe('a page that asks the API itself', () => {
  const apiUrl = 'http://localhost:3100';
  let direct: WebServer;
  let asking: HttpClient;
  beforeAll(async () => {
    direct = await startWebServer(settingsFor({ api: 'direct', apiUrl }));
    asking = createHttpClient(direct.url);
  });
  afterAll(async () => {
    await asking.close();
    await direct.close();
  });

  test('is told where that is, and may ask nobody else', async () => {
    const { text: body, headers } = await asking.get('/tickets/7');
    expect(body).toBe(page(apiUrl));
    expect(headers['content-security-policy']).toContain(`connect-src ${apiUrl};`);
    const again = await asking.get('/tickets/8', { headers: { 'if-none-match': headers['etag'] ?? '' } });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  test('has what is below /api for a path of its own', async () => {
    expect((await asking.get('/api/docs')).text).toBe(page(apiUrl));
  });

  test('cannot be served when it does not ask where the API is', async () => {
    const mute = mkdtempSync(join(tmpdir(), 'banyan-web-'));
    writeFileSync(join(mute, 'index.html'), '<h1>the page</h1>');
    await expect(startWebServer(settingsFor({ api: 'direct', pageFolder: mute }))).rejects.toThrow('no <meta name="api-url"');
    rmSync(mute, { recursive: true });
  });
});

test('it says that it is well', async () => {
  const { status, text: body } = await client.get('/health');
  expect([status, body]).toEqual([200, 'OK\n']);
});

test.each([
  ['forwarded', { API_URL: 'http://gateway' }, 'PORT is "", not a port number.'],
  ['forwarded', { PORT: '80', API_URL: 'https://gateway' }, 'API_URL is "https://gateway", not an http URL of the gateway.'],
  ['direct', { PORT: '80', API_URL: 'ftp://gateway' }, 'API_URL is "ftp://gateway", not an http URL of the gateway.'],
] as const)('a page whose API is %s is not served with %o', (api, environment, message) =>
  expect(() => readSettings({ pageFolder: '.', api }, environment)).toThrow(message),
);

function settingsFor(changes: Partial<WebSettings>): WebSettings {
  return { port: 0, host: '127.0.0.1', apiUrl: 'http://127.0.0.1:1', pageFolder: folder, api: 'forwarded', ...changes };
}
