/** The programs our gateway is compared with, and the one behind all of them: `node peer.js <role> <port> <upstream port>`. */
import { Agent, createServer, type ServerResponse } from 'node:http';
import fastifyHttpProxy from '@fastify/http-proxy';
import { fastify } from 'fastify';
import { createProxyServer } from 'http-proxy-3';
import { Pool, type Dispatcher } from 'undici';

const [role = '', portText = '', upstreamPort = ''] = process.argv.slice(2);
const port = Number(portText);
const origin = `http://127.0.0.1:${upstreamPort}`;

const roles: Readonly<Record<string, () => unknown>> = {
  upstream,
  'undici dispatch, bare': bare,
  '@fastify/http-proxy': throughFastify,
  'http-proxy-3': throughHttpProxy,
};
await roles[role]!();

function upstream(): void {
  const body = Buffer.from(JSON.stringify({ id: 17, question: 'x'.repeat(960) }));
  const head = [
    'X-Powered-By',
    'Express',
    'Access-Control-Allow-Origin',
    '*',
    'Content-Type',
    'application/json; charset=utf-8',
    'Content-Length',
    String(body.length),
    'ETag',
    'W/"400-abcdefghijklmnopqrstuvwxyz0"',
  ];
  createServer((_request, response) => response.writeHead(200, head).end(body)).listen(port, '127.0.0.1');
}

function bare(): void {
  const pool = new Pool(origin, { connections: 128, pipelining: 1 });
  createServer((request, response) => {
    const { connection: _dropped, ...headers } = request.headers;
    pool.dispatch({ method: request.method as Dispatcher.HttpMethod, path: request.url!, headers, body: null }, new Passing(response));
  }).listen(port, '127.0.0.1');
}

/** Nothing but the answer passed on: no routes, no trace, no counting, no hop-by-hop rules. */
class Passing implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onRequestStart(): void {}

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    this.#response.writeHead(status, headers);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#response.write(chunk);
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(): void {
    this.#response.destroy();
  }
}

async function throughFastify(): Promise<void> {
  const app = fastify({ logger: false });
  await app.register(fastifyHttpProxy, { upstream: origin, undici: { connections: 128, pipelining: 1 } });
  await app.listen({ port, host: '127.0.0.1' });
}

function throughHttpProxy(): void {
  const proxy = createProxyServer({ target: origin, agent: new Agent({ keepAlive: true, maxSockets: 128 }) });
  createServer((request, response) => proxy.web(request, response)).listen(port, '127.0.0.1');
}
