/**
 * Forwards a request whose framing undici would change: a POST, PUT or PATCH without any length must not gain `Content-Length: 0`, and a
 * GET or DELETE with `Content-Length: 0` must not lose it, because a body parser behind the gateway answers the two differently.
 */
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Upstream } from './upstreams.ts';

const agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 8, timeout: 4_000 });

const payloadMethods = new Set(['POST', 'PUT', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH']);

/** Whether undici would send this head with another framing than the client did. */
export function needsBareRequest(method: string, contentLength: number, chunked: boolean): boolean {
  return payloadMethods.has(method) ? contentLength === -1 && !chunked : contentLength === 0;
}

/** Sends a request without a body and reports to `handler` as undici's dispatch would. */
export function sendBareRequest(
  upstream: Upstream,
  method: string,
  path: string,
  headers: readonly string[],
  timeoutMs: number,
  handler: Dispatcher.DispatchHandler,
): void {
  const outgoing = request({ agent, host: upstream.host, port: upstream.port, method, path, setHost: false, headers: fieldsOf(headers) });
  if (!headers.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'content-length')) {
    outgoing.removeHeader('Content-Length');
    outgoing.removeHeader('Transfer-Encoding');
  }
  const controller = new BareController(outgoing);
  outgoing.setTimeout(timeoutMs, () =>
    outgoing.destroy(Object.assign(new Error('no answer in time'), { code: 'UND_ERR_HEADERS_TIMEOUT' })),
  );
  outgoing.on('socket', (socket) => {
    if (socket.connecting) socket.once('connect', () => handler.onRequestStart?.(controller, null));
    else handler.onRequestStart?.(controller, null);
  });
  outgoing.on('response', (answer) => receive(answer, controller, handler));
  outgoing.on('error', (error) => controller.fail(handler, error));
  outgoing.end();
}

function receive(answer: IncomingMessage, controller: BareController, handler: Dispatcher.DispatchHandler): void {
  controller.answer = answer;
  controller.rawHeaders = answer.rawHeaders;
  handler.onResponseStart?.(controller, answer.statusCode!, answer.headers, answer.statusMessage);
  answer.on('data', (chunk: Buffer) => handler.onResponseData?.(controller, chunk));
  answer.on('end', () => {
    if (!answer.complete || controller.ended) return;
    controller.ended = true;
    controller.rawTrailers = answer.rawTrailers;
    handler.onResponseEnd?.(controller, answer.trailers);
  });
  answer.on('error', (error) => controller.fail(handler, error));
}

/** Repeated fields become one with a list of values, as node:http takes them. */
function fieldsOf(headers: readonly string[]): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (let at = 0; at < headers.length; at += 2) {
    const before = fields[headers[at]!];
    fields[headers[at]!] = before === undefined ? headers[at + 1]! : [...(Array.isArray(before) ? before : [before]), headers[at + 1]!];
  }
  return fields;
}

class BareController implements Dispatcher.DispatchController {
  rawHeaders: string[] = [];
  rawTrailers: string[] = [];
  answer: IncomingMessage | undefined;
  ended = false;
  aborted = false;
  reason: Error | null = null;
  readonly #outgoing: ClientRequest;

  constructor(outgoing: ClientRequest) {
    this.#outgoing = outgoing;
  }

  get paused(): boolean {
    return this.answer?.isPaused() ?? false;
  }

  pause(): void {
    this.answer?.pause();
  }

  resume(): void {
    this.answer?.resume();
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#outgoing.destroy(reason);
  }

  fail(handler: Dispatcher.DispatchHandler, error: Error): void {
    if (this.ended) return;
    this.ended = true;
    handler.onResponseError?.(this, error);
  }
}
