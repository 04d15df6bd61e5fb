/** Hands a request on to the gateway and its answer back, both as streams; nothing is read, repeated or changed on the way. */
import { Agent, type IncomingMessage, request as ask, type ServerResponse } from 'node:http';

export interface Forwarder {
  forward(request: IncomingMessage, response: ServerResponse): void;
  close(): void;
}

/** Beyond it requests wait for a connection. */
const connectionsMax = 256;
/** Longer than what the gateway waits for. */
const idleLimitMs = 60_000;
const ofTheConnection = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'trailer'];

export function createForwarder(apiUrl: string): Forwarder {
  const { host } = new URL(apiUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: connectionsMax, maxFreeSockets: 32 });
  const forward = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url = '/' } = request;
    const onward = ask(apiUrl + url, { method, agent, headers: ['Host', host, ...headersOnward(request)], timeout: idleLimitMs });
    onward.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headersBack(answer));
      answer.pipe(response);
      answer.once('error', () => response.destroy()); // half an answer must not look like a whole one
    });
    onward.once('timeout', () => onward.destroy(new Error('idle')));
    onward.once('error', (error: NodeJS.ErrnoException) => refuse(response, error));
    response.once('close', () => {
      if (!response.writableFinished) onward.destroy();
    });
    request.pipe(onward);
  };
  return { forward, close: () => agent.destroy() };
}

/** The gateway sees the sender's headers in the sender's order; the host is its own. */
function headersOnward({ rawHeaders, headers }: IncomingMessage): string[] {
  const kept = withoutConnection(rawHeaders, ['host']);
  return headers['transfer-encoding'] === undefined ? kept : [...kept, 'Transfer-Encoding', 'chunked'];
}

function headersBack({ rawHeaders }: IncomingMessage): string[] {
  return withoutConnection(rawHeaders, []);
}

function withoutConnection(rawHeaders: readonly string[], more: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (![...ofTheConnection, ...more].includes(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}

/** A connection that was refused has carried nothing: such a request may be sent again, and the answer says so. */
function refuse(response: ServerResponse, error: NodeJS.ErrnoException): void {
  if (response.headersSent) return void response.destroy();
  const wasSent = error.code !== 'ECONNREFUSED';
  const statusCode = wasSent ? 502 : 503;
  const message = wasSent ? 'The connection to the gateway broke.' : 'The gateway does not accept connections; the request was not sent.';
  const body = JSON.stringify({ message, error: wasSent ? 'Bad Gateway' : 'Service Unavailable', statusCode });
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...(wasSent ? {} : { 'retry-after': '1' }),
  };
  response.writeHead(statusCode, headers).end(body);
}
