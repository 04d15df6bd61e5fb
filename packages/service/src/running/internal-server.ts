/** The port that clients never see: is the program alive, may it get requests, what are its numbers, and what other services ask. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerDocs, type Documents } from '@banyan/contract/docs-page';
import type { Metrics } from '@banyan/telemetry';
import { ServiceError } from '../errors.ts';
import { report } from '../report.ts';
import { runInRequest } from '../request-trace.ts';

/** What one service tells another is what a client may send, and not much more. */
const bodyBytesMax = 1024 * 1024;

export interface Health {
  /** Names and outcomes of what readiness depends on; ready when each is "ok". */
  check(): Promise<Readonly<Record<string, string>>>;
  /** What is shown beside it and keeps nobody from being ready; undefined when the service has no broker. */
  broker(): string | undefined;
}

/** What another service asks. */
export interface InternalRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** The same for every attempt at one command; undefined when the caller sends none. */
  readonly idempotencyKey?: string | undefined;
  /** Parsed JSON; undefined when there is none. */
  readonly body?: unknown;
}

/** Sent as JSON. */
export interface InternalAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface InternalServer {
  readonly port: number;
  close(): Promise<void>;
}

interface InternalServerOptions {
  host: string;
  port: number;
  health: Health;
  metrics: Metrics;
  /** For people and tools, at /docs. */
  documents?: () => Documents;
  /** Requests below /internal; undefined means that nothing is there. */
  serve: (request: InternalRequest) => Promise<InternalAnswer | undefined>;
}

export async function startInternalServer(options: InternalServerOptions): Promise<InternalServer> {
  const { host, port, serve } = options;
  const server = createServer((request, response) => {
    const [path = '', query] = (request.url ?? '').split('?', 2);
    const answering = path.startsWith('/internal/')
      ? answerService(request, { path, query: new URLSearchParams(query) }, response, serve)
      : answerPlatform(path, response, options);
    void answering.catch((error: Error) => {
      report('error', 'service.internal.failed', 'A request on the internal port failed', { path, reason: error.message });
      send(response, 500, { statusCode: 500, message: 'Internal server error' });
    });
  });
  await listenOn(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

async function answerService(
  request: IncomingMessage,
  where: Pick<InternalRequest, 'path' | 'query'>,
  response: ServerResponse,
  serve: (request: InternalRequest) => Promise<InternalAnswer | undefined>,
): Promise<void> {
  const { method = '', headers } = request;
  const content = await readBody(request);
  if ('refusal' in content) {
    const { status, message } = content.refusal;
    return send(response, status, { statusCode: status, message });
  }
  const key = headers['idempotency-key'];
  const caller = { authorization: headers.authorization, ...(typeof key === 'string' ? { idempotencyKey: key } : {}) };
  const answer = await runInRequest(headers, () => serve({ method, ...where, ...caller, ...content }));
  const { status, body } = answer ?? { status: 404, body: { statusCode: 404, message: 'Not Found' } };
  send(response, status, body);
}

type Content = { readonly body?: unknown } | { readonly refusal: { readonly status: number; readonly message: string } };

/** Read to its end in every case, so that the caller hears the refusal. */
async function readBody(request: IncomingMessage): Promise<Content> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= bodyBytesMax) chunks.push(chunk);
  }
  if (bytes > bodyBytesMax) return { refusal: { status: 413, message: `The body is larger than ${bodyBytesMax} bytes` } };
  if (bytes === 0) return {};
  try {
    return { body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
  } catch {
    return { refusal: { status: 400, message: 'The body is not JSON' } };
  }
}

async function answerPlatform(
  path: string,
  response: ServerResponse,
  { health, metrics, documents }: InternalServerOptions,
): Promise<void> {
  if (path === '/health/live') return send(response, 200, { status: 'live' });
  if (path === '/metrics') {
    response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.render());
    return;
  }
  const docs = documents === undefined ? undefined : answerDocs(path, documents);
  if (docs !== undefined) {
    response.writeHead(200, { 'content-type': docs.type }).end(docs.body);
    return;
  }
  if (path !== '/health/ready')
    return send(response, 404, {
      error: 'Known here: /health/live, /health/ready, /metrics, /docs, and what the service has below /internal',
    });
  const checks = await health.check();
  const ready = Object.values(checks).every((outcome) => outcome === 'ok');
  const broker = health.broker();
  send(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', checks, ...(broker === undefined ? {} : { broker }) });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE' ? new ServiceError('SERVICE_PORT_TAKEN', `Port ${port} (INTERNAL_PORT) is taken.`, { cause }) : cause,
      );
    });
    server.listen(port, host, resolve);
  });
}
