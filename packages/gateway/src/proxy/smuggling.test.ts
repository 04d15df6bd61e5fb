/** Requests that two programs could read differently: none of them reaches the program behind the gateway. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeBytes, startHttpServer, statusOf, type TestServer } from '../testing/raw-http.ts';
import { startGateway, type TestGateway } from '../testing/start-gateway.ts';

let upstream: TestServer;
let gateway: TestGateway;
const seen: { method: string; url: string; headers: string[] }[] = [];

beforeAll(async () => {
  upstream = await startHttpServer((request, response) => {
    seen.push({ method: request.method!, url: request.url!, headers: request.rawHeaders });
    request.resume();
    request.on('end', () => response.end('reached'));
  });
  gateway = await startGateway(upstream.url);
});

afterAll(async () => {
  await gateway.end();
  await upstream.close();
});

const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
const post = (fields: string, body = `0\r\n\r\n${smuggled}`): string => `POST /front HTTP/1.1\r\nHost: a\r\n${fields}\r\n\r\n${body}`;
const get = (target: string, fields = 'Host: a'): string => `GET ${target} HTTP/1.1\r\n${fields}\r\n\r\n`;

const refused: Record<string, string> = {
  'length and chunked': post('Content-Length: 5\r\nTransfer-Encoding: chunked'),
  'chunked and length': post('Transfer-Encoding: chunked\r\nContent-Length: 5'),
  'length 0 and chunked': post('Content-Length: 0\r\nTransfer-Encoding: chunked'),
  'chunked and length in lower case': post('transfer-encoding: chunked\r\ncontent-length: 5'),
  'two lengths': post('Content-Length: 5\r\nContent-Length: 0', 'hello'),
  'two equal lengths': post('Content-Length: 5\r\nContent-Length: 5', 'hello'),
  'a list of lengths': post('Content-Length: 5, 5', 'hello'),
  'a list of different lengths': post('Content-Length: 5, 0', 'hello'),
  'a signed length': post('Content-Length: +5', 'hello'),
  'a negative length': post('Content-Length: -5', 'hello'),
  'a hexadecimal length': post('Content-Length: 0x5', 'hello'),
  'a length with a point': post('Content-Length: 5.0', 'hello'),
  'a length with an exponent': post('Content-Length: 5e0', 'hello'),
  'a length with an underscore': post('Content-Length: 1_0', 'hellohello'),
  'an empty length': post('Content-Length: ', 'hello'),
  'a length beyond 64 bits': post('Content-Length: 99999999999999999999999', 'hello'),
  'a length with a word': post('Content-Length: 5 bytes', 'hello'),
  'a quoted length': post('Content-Length: "5"', 'hello'),
  'a length behind a space': post('Content-Length : 5', 'hello'),
  'a length behind a tab': post('Content-Length\t: 5', 'hello'),
  'an unknown coding': post('Transfer-Encoding: cow'),
  'identity coding': post('Transfer-Encoding: identity'),
  'identity before chunked': post('Transfer-Encoding: identity, chunked'),
  'junk before chunked': post('Transfer-Encoding: JUNK, chunked'),
  'gzip before chunked': post('Transfer-Encoding: gzip, chunked'),
  'chunked twice': post('Transfer-Encoding: chunked, chunked'),
  'two chunked fields': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked'),
  'chunked, then identity': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'),
  'identity, then chunked': post('Transfer-Encoding: identity\r\nTransfer-Encoding: chunked'),
  'chunked after a comma': post('Transfer-Encoding: ,chunked'),
  'chunked before a comma': post('Transfer-Encoding: chunked,'),
  'chunked with a parameter': post('Transfer-Encoding: chunked;q=1'),
  'quoted chunked': post('Transfer-Encoding: "chunked"'),
  'chunked after a vertical tab': post('Transfer-Encoding: \x0bchunked'),
  'chunked with a suffix': post('Transfer-Encoding: chunkedx'),
  'chunked with a prefix': post('Transfer-Encoding: xchunked'),
  'an empty coding': post('Transfer-Encoding: '),
  'coding behind a space': post('Transfer-Encoding : chunked'),
  'coding behind a tab': post('Transfer-Encoding\t: chunked'),
  'coding on a folded line': post('Transfer-Encoding:\r\n chunked'),
  'a folded field': get('/', 'Host: a\r\nX-A: 1\r\n 2'),
  'a field that begins with a space': get('/', 'Host: a\r\n X-A: 1'),
  'a first field that begins with a space': get('/', ' Host: a'),
  'bare LF after the request line': 'GET / HTTP/1.1\nHost: a\r\n\r\n',
  'bare LF between fields': 'GET / HTTP/1.1\r\nHost: a\nX-A: 1\r\n\r\n',
  'bare LF everywhere': 'GET / HTTP/1.1\nHost: a\n\n',
  'bare LF at the end of the head': 'GET / HTTP/1.1\r\nHost: a\r\n\n',
  'bare CR in a value': get('/', 'Host: a\r\nX-A: 1\rX-B: 2'),
  'bare CR as a line end': 'GET / HTTP/1.1\rHost: a\r\r',
  'NUL in a value': get('/', 'Host: a\r\nX-A: 1\x002'),
  'NUL in a name': get('/', 'Host: a\r\nX\x00A: 1'),
  'a name with a space': get('/', 'Host: a\r\nX A: 1'),
  'a name with a bracket': get('/', 'Host: a\r\nX(A): 1'),
  'an empty name': get('/', 'Host: a\r\n: 1'),
  'a line without a colon': get('/', 'Host: a\r\nX-A'),
  'no host': get('/', 'X-A: 1'),
  'two hosts': get('/', 'Host: a\r\nHost: b'),
  'two equal hosts': get('/', 'Host: a\r\nHost: a'),
  'a host with a path': get('/', 'Host: a/b'),
  'a host with a user': get('/', 'Host: b@a'),
  'a host with a space': get('/', 'Host: a b'),
  'a list of hosts': get('/', 'Host: a, b'),
  'absolute form': get('http://elsewhere/', 'Host: a'),
  'absolute form of itself': get('http://a/', 'Host: a'),
  'absolute form with TLS': get('https://elsewhere/', 'Host: a'),
  'authority form': get('elsewhere:80', 'Host: a'),
  CONNECT: 'CONNECT elsewhere:80 HTTP/1.1\r\nHost: a\r\n\r\n',
  'asterisk form': get('*'),
  'a target without a slash': get('admin'),
  'an empty target': 'GET  HTTP/1.1\r\nHost: a\r\n\r\n',
  'a fragment': get('/a#b'),
  'dot segments': get('/public/../admin'),
  'one dot': get('/public/./admin'),
  'encoded dots': get('/public/%2e%2e/admin'),
  'half-encoded dots': get('/public/.%2E/admin'),
  'dots behind an encoded slash': get('/public/..%2fadmin'),
  'dots behind a backslash': get('/public/..\\admin'),
  'dots behind an encoded backslash': get('/public/..%5cadmin'),
  'dots at the end': get('/public/..'),
  'a space in the target': 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n',
  'a tab in the request line': 'GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n',
  'no version': 'GET /\r\nHost: a\r\n\r\n',
  'HTTP/0.9 with fields': 'GET / HTTP/0.9\r\nHost: a\r\n\r\n',
  'HTTP/1.2': 'GET / HTTP/1.2\r\nHost: a\r\n\r\n',
  'HTTP/2 over HTTP/1': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a version in lower case': 'GET / http/1.1\r\nHost: a\r\n\r\n',
  'a method in lower case': 'get / HTTP/1.1\r\nHost: a\r\n\r\n',
  'an unknown method': 'SMUGGLE / HTTP/1.1\r\nHost: a\r\n\r\n',
  'chunked in HTTP/1.0': 'POST /front HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a handshake with a body': post('Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5', 'hello'),
  'a handshake that is chunked': post('Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked'),
  'an old TLS hello': '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1',
};

/** Begun with a plain head, so that it is forwarded, and then broken: the upstream may see a beginning but never a whole request. */
const brokenChunks: Record<string, string> = {
  'a chunk size with a sign': '+5\r\nhello\r\n0\r\n\r\n',
  'a chunk size with 0x': '0x5\r\nhello\r\n0\r\n\r\n',
  'a chunk size behind a space': ' 5\r\nhello\r\n0\r\n\r\n',
  'an empty chunk size': '\r\nhello\r\n0\r\n\r\n',
  'a chunk size with a bare LF': '5\nhello\r\n0\r\n\r\n',
  'a chunk longer than its size': '3\r\nhello\r\n0\r\n\r\n',
  'a chunk end with a bare LF': '5\r\nhello\n0\r\n\r\n',
  'a chunk size beyond 64 bits': 'fffffffffffffffff\r\nhello\r\n0\r\n\r\n',
  'a chunk size in another base': 'g\r\nhello\r\n0\r\n\r\n',
};

describe(`ambiguous requests (${Object.keys(refused).length + Object.keys(brokenChunks).length})`, () => {
  for (const [name, request] of Object.entries(refused)) {
    it(`refuses ${name}`, async () => {
      seen.length = 0;
      const answer = await exchangeBytes(gateway.port, Buffer.from(request, 'latin1'), 40);
      expect(seen).toEqual([]);
      expect([0, 400, 413, 417, 431, 501, 505]).toContain(statusOf(answer));
    });
  }

  for (const [name, body] of Object.entries(brokenChunks)) {
    it(`never completes ${name}`, async () => {
      seen.length = 0;
      const answer = await exchangeBytes(gateway.port, Buffer.from(post('Transfer-Encoding: chunked', `${body}${smuggled}`), 'latin1'), 40);
      expect(seen.filter(({ url }) => url === '/smuggled')).toEqual([]);
      expect(answer).not.toContain('reached');
    });
  }
});

describe('what reaches the upstream', () => {
  const headersOf = async (fields: string): Promise<Record<string, string>> => {
    seen.length = 0;
    expect(await exchangeBytes(gateway.port, get('/', `Host: a\r\n${fields}`), 40)).toContain('reached');
    const { headers } = seen[0]!;
    return Object.fromEntries(headers.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), headers[at + 1]!]] : [])));
  };

  it('has no hop-by-hop field and none that Connection names', async () => {
    const headers = await headersOf(
      'Connection: keep-alive, X-Secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=9\r\nTE: trailers\r\nProxy-Authorization: Basic x\r\nProxy-Connection: close\r\nUpgrade: h2c\r\nX-Kept: 1',
    );
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['x-secret']));
    for (const name of ['x-secret', 'keep-alive', 'te', 'proxy-authorization', 'proxy-connection', 'upgrade'])
      expect(headers).not.toHaveProperty(name);
    expect(headers).toMatchObject({ 'x-kept': '1', connection: 'keep-alive', host: 'a' });
  });

  it('keeps the fields the gateway adds, whatever Connection names', async () => {
    const headers = await headersOf('Connection: X-Trace-ID, X-Forwarded-For, traceparent, Host, Content-Length');
    expect(headers).toMatchObject({ host: 'a', 'x-forwarded-for': '127.0.0.1' });
    expect(headers['x-trace-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });

  it('has no identity a client claims', async () => {
    const headers = await headersOf(
      'X-User-Id: 1\r\nx-user: root\r\nX-USER-ID: 2\r\nX_User_Id: 3\r\nX-Forwarded-User: root\r\nX-Auth-Request-Email: a@b\r\nX-Auth-: 1\r\nX-Username: kept',
    );
    for (const name of ['x-user-id', 'x-user', 'x_user_id', 'x-forwarded-user', 'x-auth-request-email', 'x-auth-'])
      expect(headers).not.toHaveProperty(name);
    expect(headers).toHaveProperty('x-username', 'kept');
  });

  it('tells the address, protocol and host as the gateway saw them', async () => {
    const headers = await headersOf(
      'X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6',
    );
    expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'a', 'x-forwarded-proto': 'http' });
    expect(headers).not.toHaveProperty('forwarded');
    expect(headers).not.toHaveProperty('x-real-ip');
  });

  it('continues a valid trace with a span of its own and starts one otherwise', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const continued = await headersOf(`traceparent: 00-${trace}-00f067aa0ba902b7-00\r\ntracestate: a=b`);
    expect(continued['traceparent']).toMatch(new RegExp(`^00-${trace}-(?!00f067aa0ba902b7)[0-9a-f]{16}-00$`));
    expect(continued['tracestate']).toBe('a=b');
    expect((await headersOf('traceparent: 00-zz'))['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  });
});
