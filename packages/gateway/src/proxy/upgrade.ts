/** Passes a WebSocket handshake to the upstream its route names, under the same rules as any request, then the bytes both ways. */
import { request as sendRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { isWithinShare, bucketOf } from '../routing/bucket.ts';
import { clientKeyOf } from '../routing/client-key.ts';
import type { CompiledRoute } from '../routing/router.ts';
import type { WorkerCore } from '../worker/core.ts';
import { readAnswerHead } from './answer-head.ts';
import { ownBody, type OwnAnswer } from './own-answer.ts';
import { readRequestHead, type RequestHead } from './request-head.ts';

export function passUpgrade(core: WorkerCore, request: IncomingMessage, client: Duplex, first: Buffer): void {
  client.on('error', () => client.destroy());
  const head = readRequestHead(request, core.rules);
  const route = head.refusal === undefined ? core.router.find(request.method!, request.url!) : undefined;
  if (route === undefined || head.contentLength > 0 || head.chunked) {
    return refuse(client, {
      status: 400,
      code: 'GATEWAY_REQUEST_REFUSED',
      message: `The request was refused: ${head.refusal ?? 'a handshake has a plain path and no body'}.`,
    });
  }
  void afterHold(core, route, client).then((current) => current && connect(core, current, request, head, client, first));
}

/** The route by the table in force after its hold, undefined when the client was refused. */
async function afterHold(core: WorkerCore, compiled: CompiledRoute, client: Duplex): Promise<CompiledRoute | undefined> {
  const { hold } = compiled.route;
  if (hold === undefined) return compiled;
  const gone = new AbortController();
  client.once('close', () => gone.abort());
  const outcome = await core.holds.wait(compiled.id, hold.timeoutMs, hold.queueMax, gone.signal);
  if (outcome === 'released') return core.router.routesById.get(compiled.id) ?? core.router.unmatched;
  refuse(client, { status: 503, code: 'GATEWAY_HELD', message: `This route is held (${hold.reason}).`, retryAfterSeconds: 1 });
  return undefined;
}

function connect(
  core: WorkerCore,
  { route, id, safe }: CompiledRoute,
  request: IncomingMessage,
  head: RequestHead,
  client: Duplex,
  first: Buffer,
): void {
  if (client.destroyed) return;
  const startedMs = performance.now();
  const key = clientKeyOf(head.authorization, head.address, head.userAgent);
  const moved = safe && route.canary !== undefined && isWithinShare(bucketOf(route.extraction ?? id, key), route.canary.sharePercent);
  const name = moved ? route.canary.upstream : route.upstream;
  const upstream = core.upstreams.get(core.router.table.upstreams[name]!);
  core.inFlight.enter(id);
  let ended = false;
  const end = (status: number): void => {
    if (ended) return;
    ended = true;
    core.inFlight.leave(id);
    core.traffic.record(id, name, status, performance.now() - startedMs, false);
  };
  const outgoing = sendRequest({
    host: upstream.host,
    port: upstream.port,
    method: request.method,
    path: request.url,
    setHost: false,
    headers: [...head.headers, 'Connection', 'Upgrade', 'Upgrade', head.upgrade ?? 'websocket'],
    timeout: core.limits.answerTimeoutMs,
  });
  outgoing.on('upgrade', (answer, upstreamSocket, upstreamFirst) => {
    client.write(headText(answer, ['Connection', 'Upgrade', 'Upgrade', answer.headers.upgrade ?? 'websocket']), 'latin1');
    joinSockets(client, upstreamSocket, first, upstreamFirst);
    upstreamSocket.once('close', () => end(101));
  });
  outgoing.on('response', (answer) => {
    client.write(headText(answer, ['Connection', 'close']), 'latin1');
    answer.pipe(client);
    answer.once('close', () => end(answer.statusCode!));
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
  outgoing.on('error', (error) => {
    if (!ended)
      refuse(client, { status: 502, code: 'GATEWAY_UPSTREAM_LOST', message: `${name} did not take the connection: ${error.message}` });
    end(502);
  });
  client.once('close', () => {
    outgoing.destroy();
    end(0);
  });
  outgoing.end();
}

function joinSockets(client: Duplex, upstream: Duplex, clientFirst: Buffer, upstreamFirst: Buffer): void {
  if (upstreamFirst.length > 0) client.write(upstreamFirst);
  if (clientFirst.length > 0) upstream.write(clientFirst);
  upstream.on('error', () => client.destroy());
  upstream.once('close', () => client.destroy());
  client.once('close', () => upstream.destroy());
  upstream.pipe(client);
  client.pipe(upstream);
}

/** The answer's head with the given connection fields; a length that dechunking removed is marked by the connection's end. */
function headText(answer: IncomingMessage, connection: readonly string[]): string {
  const fields = [...readAnswerHead(answer.rawHeaders).headers, ...connection];
  let text = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n`;
  for (let at = 0; at < fields.length; at += 2) text += `${fields[at]}: ${fields[at + 1]}\r\n`;
  return `${text}\r\n`;
}

function refuse(client: Duplex, answer: OwnAnswer): void {
  const body = ownBody(answer);
  const retry = answer.retryAfterSeconds === undefined ? '' : `Retry-After: ${answer.retryAfterSeconds}\r\n`;
  client.end(
    `HTTP/1.1 ${answer.status} Refused\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${retry}Connection: close\r\n\r\n${body}`,
  );
}
