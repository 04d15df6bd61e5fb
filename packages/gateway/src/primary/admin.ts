/** The admin API: a small HTTP server on loopback behind a bearer token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { GatewayError, type GatewayErrorCode } from '../errors.ts';

export interface AdminAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Default application/json; a text body is sent as it is. */
  readonly type?: string;
}

export type AdminHandler = (body: unknown, query: URLSearchParams) => AdminAnswer | Promise<AdminAnswer>;

const bodyMax = 8 * 1024 * 1024;

const statusOf: Partial<Record<GatewayErrorCode, number>> = {
  GATEWAY_ROUTE_INVALID: 400,
  GATEWAY_ROUTES_OUTDATED: 409,
  GATEWAY_ROUTES_UNWRITABLE: 507,
  GATEWAY_ADMIN_REFUSED: 401,
};

/** @param handlers by `METHOD /path`; `GET /health` needs no token, and neither does anything at `/docs` */
export function createAdminServer(token: string, handlers: Readonly<Record<string, AdminHandler>>): Server {
  return createServer((request, response) => {
    answer(token, handlers, request).then(
      (result) => send(response, result),
      (error: unknown) => send(response, describe(error)),
    );
  });
}

async function answer(token: string, handlers: Readonly<Record<string, AdminHandler>>, request: IncomingMessage): Promise<AdminAnswer> {
  const [path, query] = request.url!.split('?', 2);
  const name = `${request.method} ${path}`;
  if (name !== 'GET /health' && !name.startsWith('GET /docs') && !isAllowed(token, request.headers.authorization)) {
    throw new GatewayError('GATEWAY_ADMIN_REFUSED', 'The admin API was asked without its token.');
  }
  if (!Object.hasOwn(handlers, name))
    return { status: 404, body: { message: `There is no ${name}.`, fix: `Ask one of: ${Object.keys(handlers).join(', ')}` } };
  return handlers[name]!(await readBody(request), new URLSearchParams(query));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyMax) throw new GatewayError('GATEWAY_ROUTE_INVALID', `The body is larger than ${bodyMax} bytes.`);
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch (cause) {
    throw new GatewayError('GATEWAY_ROUTE_INVALID', `The body is not JSON: ${(cause as Error).message}`, { cause });
  }
}

function isAllowed(token: string, authorization: string | undefined): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`));
}

function describe(error: unknown): AdminAnswer {
  if (!(error instanceof GatewayError)) return { status: 500, body: { message: String(error) } };
  const { code, message, fix, details } = error;
  return { status: statusOf[code] ?? 500, body: { code, message, fix, errors: details } };
}

function send(response: ServerResponse, { status, body, type }: AdminAnswer): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': type ?? 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}
