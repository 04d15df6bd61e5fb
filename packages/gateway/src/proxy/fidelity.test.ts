/** Direct and through the gateway, byte for byte: the only difference is X-Trace-ID. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeBytes, startByteServer, startHttpServer, statusOf, type TestServer } from '../testing/raw-http.ts';
import { startGateway, type TestGateway } from '../testing/start-gateway.ts';

let monolith: TestServer;
let bytes: TestServer;
let gateway: TestGateway;
let bytesGateway: TestGateway;
const rawAnswers = new Map<string, string>();

beforeAll(async () => {
  monolith = await startHttpServer((request, response) => {
    const url = request.url!;
    if (url.startsWith('/chunked')) {
      response.writeHead(200, { 'X-Powered-By': 'Express', 'Content-Type': 'text/html; charset=utf-8' });
      response.write('first ');
      return setTimeout(() => response.end('second'), 20);
    }
    if (url === '/empty-204')
      return response
        .writeHead(204, { 'Access-Control-Allow-Methods': 'GET,HEAD,PUT', Vary: 'Access-Control-Request-Headers', 'Content-Length': '0' })
        .end();
    if (url === '/not-modified') return response.writeHead(304, { ETag: 'W/"1"' }).end();
    if (url === '/redirect')
      return response
        .writeHead(302, {
          Location: 'http://elsewhere.example/auth/callback?token=x',
          Vary: 'Accept',
          'Content-Type': 'text/plain; charset=utf-8',
          'Content-Length': '9',
        })
        .end('Found. Go');
    if (url === '/cookies') return response.writeHead(200, ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'Content-Length', '2']).end('ok');
    if (url === '/large') return response.end('x'.repeat(300_000));
    if (url === '/trailers') {
      response.writeHead(200, { Trailer: 'X-Sum' });
      response.write('body');
      response.addTrailers({ 'X-Sum': '42' });
      return response.end();
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    return request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { host, 'content-length': length, 'transfer-encoding': encoding } = request.headers;
      const text = JSON.stringify({
        method: request.method,
        url,
        host,
        length: length ?? null,
        encoding: encoding ?? null,
        body: body.toString().slice(0, 40),
        hash: createHash('sha1').update(body).digest('hex'),
      });
      response.writeHead(url.startsWith('/missing') ? 404 : 200, {
        'X-Powered-By': 'Express',
        'Access-Control-Allow-Origin': '*',
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': Buffer.byteLength(text),
        ETag: 'W/"2f-abc"',
      });
      response.end(text);
    });
  });
  bytes = await startByteServer((head) => rawAnswers.get(head.split(' ')[1]!)!);
  [gateway, bytesGateway] = await Promise.all([startGateway(monolith.url), startGateway(bytes.url)]);
});

afterAll(async () => {
  await Promise.all([gateway.end(), bytesGateway.end()]);
  await Promise.all([monolith.close(), bytes.close()]);
});

function comparable(answer: string): string {
  return answer.replace(/X-Trace-ID: [0-9a-f-]{36}\r\n/, '').replace(/Date: [^\r]+/, 'Date: -');
}

const host = 'Host: shop.example:3000\r\n';
const cases: Record<string, string> = {
  'a plain read': `GET /api/questions?x=1 HTTP/1.1\r\n${host}\r\n`,
  'an unknown path': `GET /missing/%20here?a=%zz HTTP/1.1\r\n${host}\r\n`,
  'doubled slashes': `GET //missing//here/ HTTP/1.1\r\n${host}\r\n`,
  'encoded letters and slashes': `GET /%61pi/one%2Ftwo HTTP/1.1\r\n${host}\r\n`,
  'a head': `HEAD /api/questions HTTP/1.1\r\n${host}\r\n`,
  'a head of a stream': `HEAD /chunked HTTP/1.1\r\n${host}\r\n`,
  'a stream': `GET /chunked HTTP/1.1\r\n${host}\r\n`,
  trailers: `GET /trailers HTTP/1.1\r\n${host}TE: trailers\r\n\r\n`,
  'no content': `OPTIONS /empty-204 HTTP/1.1\r\n${host}Origin: http://a\r\n\r\n`,
  'not modified': `GET /not-modified HTTP/1.1\r\n${host}If-None-Match: W/"1"\r\n\r\n`,
  'a redirect': `GET /redirect HTTP/1.1\r\n${host}\r\n`,
  'repeated fields': `GET /cookies HTTP/1.1\r\n${host}\r\n`,
  'a large answer': `GET /large HTTP/1.1\r\n${host}\r\n`,
  'a JSON body': `POST /api/stats HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a": 1 }`,
  'malformed JSON': `POST /api/stats HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 4\r\n\r\n{"a"`,
  'a post without a body': `POST /api/stats HTTP/1.1\r\n${host}Content-Type: application/json\r\n\r\n`,
  'a put without a body': `PUT /api/stats HTTP/1.1\r\n${host}\r\n`,
  'a post with length 0': `POST /api/stats HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`,
  'a delete with length 0': `DELETE /api/stats HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`,
  'a delete without a body': `DELETE /api/stats HTTP/1.1\r\n${host}\r\n`,
  'a get with a body': `GET /api/stats HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`,
  'a large body': `POST /api/stats HTTP/1.1\r\n${host}Content-Length: 200000\r\n\r\n${'y'.repeat(200_000)}`,
  'another method': `PROPFIND /api/stats HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\nab`,
  'a client that closes': `GET /api/questions HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
  'HTTP/1.0': `GET /api/questions HTTP/1.0\r\n${host}\r\n`,
  'a stream to HTTP/1.0': `GET /chunked HTTP/1.0\r\n${host}\r\n`,
  'two requests in one packet': `GET /api/a HTTP/1.1\r\n${host}\r\nGET /api/b HTTP/1.1\r\n${host}\r\n`,
  'an offer of h2c': `GET /api/questions HTTP/1.1\r\n${host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
  'an unknown expectation': `GET /api/questions HTTP/1.1\r\n${host}Expect: tea\r\n\r\n`,
};

describe('through the gateway as direct', () => {
  for (const [name, request] of Object.entries(cases)) {
    it(`answers ${name}`, async () => {
      const [direct, through] = await Promise.all([exchangeBytes(monolith.port, request, 150), exchangeBytes(gateway.port, request, 150)]);
      expect(comparable(through).replace(/X-Trace-ID: [0-9a-f-]{36}\r\n/, '')).toBe(comparable(direct).replace(/Date: [^\r]+/, 'Date: -'));
    });
  }

  it('a chunked body arrives with its content', async () => {
    const request = `POST /api/stats HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`;
    const through = await exchangeBytes(gateway.port, request);
    expect(through).toContain('"body":"hello world"');
  });

  it('100-continue is given before the body is asked for', async () => {
    const head = `POST /api/stats HTTP/1.1\r\n${host}Expect: 100-continue\r\nContent-Length: 5\r\n\r\n`;
    expect(await exchangeBytes(gateway.port, head)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    expect(await exchangeBytes(gateway.port, `${head}hello`)).toContain('"body":"hello"');
  });

  it('adds an X-Trace-ID of its own, or gives back the client UUID', async () => {
    const own = '0b0f3b0e-0000-4000-8000-00000000abcd';
    expect(await exchangeBytes(gateway.port, `GET / HTTP/1.1\r\n${host}X-Trace-ID: ${own}\r\n\r\n`)).toContain(`X-Trace-ID: ${own}\r\n`);
    expect(await exchangeBytes(gateway.port, `GET / HTTP/1.1\r\n${host}X-Trace-ID: not-a-uuid\r\n\r\n`)).toMatch(
      /X-Trace-ID: [0-9a-f-]{36}\r\n/,
    );
  });
});

const odd: Record<string, string> = {
  '/odd-case':
    'HTTP/1.1 200 Fine\r\nx-lower: 1\r\nX-UPPER: 2\r\nDATE: Sat, 01 Jan 2000 00:00:00 GMT\r\nX-Lower: again\r\nCONTENT-LENGTH: 2\r\n\r\nok',
  '/no-date': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  '/empty-reason': 'HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n',
  '/odd-status': 'HTTP/1.1 599 Whatever You Say\r\nContent-Length: 1\r\n\r\nx',
  '/latin1': 'HTTP/1.1 200 OK\r\nX-Name: caf\xe9\r\nContent-Length: 2\r\n\r\nok',
  '/empty-value': 'HTTP/1.1 200 OK\r\nX-Empty: \r\nContent-Length: 2\r\n\r\nok',
  '/binary': 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\x00\xff\x80\x01\xfe\x7f',
};

describe('odd answers', () => {
  for (const [path, answer] of Object.entries(odd)) {
    it(`${path} comes through as it is`, async () => {
      rawAnswers.set(path, answer);
      const through = await exchangeBytes(bytesGateway.port, `GET ${path} HTTP/1.1\r\n${host}\r\n`);
      const kept = through.replace(/X-Trace-ID: [0-9a-f-]{36}\r\n/, '').replace('Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n', '');
      expect(kept).toBe(answer);
    });
  }

  it('drops hop-by-hop fields, also those the upstream names in Connection', async () => {
    rawAnswers.set(
      '/hop',
      'HTTP/1.1 200 OK\r\nConnection: X-Private, keep-alive\r\nX-Private: 1\r\nProxy-Authenticate: Basic\r\nX-Public: 2\r\nContent-Length: 2\r\n\r\nok',
    );
    const through = await exchangeBytes(bytesGateway.port, `GET /hop HTTP/1.1\r\n${host}\r\n`);
    expect(through).not.toMatch(/X-Private|Proxy-Authenticate/);
    expect(through).toContain('X-Public: 2');
  });

  it('answers 502 and says so when the upstream does not speak HTTP', async () => {
    rawAnswers.set('/garbage', 'SSH-2.0-OpenSSH\r\n\r\n');
    const through = await exchangeBytes(bytesGateway.port, `GET /garbage HTTP/1.1\r\n${host}\r\n`);
    expect(statusOf(through)).toBe(502);
    expect(through).toContain('GATEWAY_UPSTREAM_LOST');
  });

  it('breaks the transfer when the upstream breaks it', async () => {
    rawAnswers.set('/cut', `HTTP/1.1 200 OK\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n${'x'.repeat(70_000)}`);
    const reading = exchangeBytes(bytesGateway.port, `GET /cut HTTP/1.1\r\n${host}\r\n`, 300);
    const through = await reading;
    expect(through.length).toBeLessThan(100_000);
    expect(statusOf(through)).toBe(200);
  });
});
