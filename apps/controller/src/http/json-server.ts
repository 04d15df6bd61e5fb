/** A small HTTP server for JSON and NDJSON on the loopback: bearer token, bounded bodies, errors as {error:{code,message,fix}}. */

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ControllerError, errorToBody } from '../errors.ts';
import { checkRights, type Tokens } from './rights.ts';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined without a body. */
  readonly body: unknown;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** Sends one line of NDJSON; the first one begins the answer. */
  readonly line: (value: unknown) => void;
}

/** Returns the answer's JSON (or the last line, after lines were sent). Throws for a refusal. */
export type Handle = (call: Call) => Promise<{ readonly status?: number; readonly body: unknown }>;

export interface JsonServerOptions {
  readonly port: number;
  readonly tokens: Tokens;
  readonly handle: Handle;
  /** Paths that need no token. */
  readonly openPaths: readonly string[];
  readonly onFault: (error: unknown, request: string) => void;
}

export interface JsonServer {
  readonly port: number;
  /** Takes no new calls, waits for those under way up to `timeoutMs`, then cuts them. */
  close(timeoutMs: number): Promise<void>;
}

const bodyLimitBytes = 64 * 1024;

/** Listens on 127.0.0.1; port 0 takes a free one. Throws `CONTROLLER_PORT_TAKEN`. */
export async function startJsonServer(options: JsonServerOptions): Promise<JsonServer> {
  const server = createServer((request, response) => {
    void answer(options, request, response);
  });
  await listen(server, options.port);
  return {
    port: (server.address() as AddressInfo).port,
    close: async (timeoutMs) => {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new ControllerError('CONTROLLER_PORT_TAKEN', `Port ${port} is in use.`, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function answer(options: JsonServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://controller');
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const line = (value: unknown): void => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    response.write(`${JSON.stringify(value)}\n`);
  };
  try {
    const asked = { method: request.method ?? 'GET', path: url.pathname, query: url.searchParams };
    if (!options.openPaths.includes(asked.path)) checkRights(options.tokens, request.headers.authorization, asked);
    const body = await readJson(request);
    const result = await options.handle({ ...asked, body, signal: gone.signal, line });
    if (response.headersSent) response.end(`${JSON.stringify(result.body)}\n`);
    else sendJson(response, result.status ?? 200, result.body);
  } catch (error) {
    const status = statusOf(error);
    if (status === 500) options.onFault(error, `${request.method} ${url.pathname}`);
    const body = { error: errorToBody(error) };
    if (response.headersSent) response.end(`${JSON.stringify(body)}\n`);
    else sendJson(response, status, body);
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) throw new ControllerError('CONTROLLER_REQUEST_INVALID', `The body is larger than ${bodyLimitBytes} bytes.`);
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch (error) {
    throw new ControllerError('CONTROLLER_REQUEST_INVALID', `The body is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

const statusByCode: Readonly<Record<string, number>> = {
  CONTROLLER_TOKEN: 401,
  CONTROLLER_NOT_ALLOWED: 403,
  CONTROLLER_NOT_READY: 503,
  CONTROLLER_ROUTE_UNKNOWN: 404,
  CONTROLLER_REQUEST_INVALID: 400,
  CONTROLLER_REACHED_TIMEOUT: 504,
  CONTROLLER_SAGA_UNKNOWN: 404,
  CONTROLLER_DEAD_LETTER_UNKNOWN: 404,
  MIGRATION_EXTRACTION_UNKNOWN: 404,
  MIGRATION_MOVE_RUNNING: 409,
  MIGRATION_CONTROL_DATABASE: 503,
  MIGRATION_SUPERSEDED: 503,
};

/** A refusal that says what to do and has no status of its own is 422: understood, but not now. */
function statusOf(error: unknown): number {
  const { code, fix } = (error ?? {}) as { readonly code?: unknown; readonly fix?: unknown };
  if (typeof code !== 'string' || typeof fix !== 'string') return 500;
  return statusByCode[code] ?? 422;
}
