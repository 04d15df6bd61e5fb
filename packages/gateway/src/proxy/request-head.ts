/** Reads a request's head once: decides whether it is unambiguous, and builds the flat header list that goes upstream. */
import type { IncomingMessage } from 'node:http';
import { HeaderKind, type KindOf } from './header-kinds.ts';
import { traceIdOf, traceParentOf } from './trace.ts';

export interface HeadRules {
  readonly kindOf: KindOf;
  readonly trustedProxies: ReadonlySet<string>;
}

/** The head of one request, as it goes upstream. */
export class RequestHead {
  /** Names and values in turn, in the client's order and spelling. */
  headers: string[] = [];
  /** -1: none was sent. */
  contentLength = -1;
  chunked = false;
  expectsContinue = false;
  upgrade: string | undefined;
  host = '';
  authorization: string | undefined;
  userAgent = '';
  traceId = '';
  traceParent = '';
  address = '';
  /** Why the request is refused; undefined when it is plain. */
  refusal: string | undefined;
}

/** Never throws; a head that can be read in two ways comes back with `refusal`. */
export function readRequestHead(request: IncomingMessage, rules: HeadRules): RequestHead {
  const head = new RequestHead();
  const raw = request.rawHeaders;
  let connection: string | undefined;
  let forwarded: string[] | undefined;
  let hosts = 0;
  let traceId: string | undefined;
  let traceParent: string | undefined;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!;
    const value = raw[at + 1]!;
    switch (rules.kindOf(name)) {
      case HeaderKind.forward:
        head.headers.push(name, value);
        break;
      case HeaderKind.host:
        hosts += 1;
        head.host = value;
        head.headers.push(name, value);
        break;
      case HeaderKind.userAgent:
        head.userAgent = value;
        head.headers.push(name, value);
        break;
      case HeaderKind.authorization:
        head.authorization ??= value;
        head.headers.push(name, value);
        break;
      case HeaderKind.contentLength:
        if (head.contentLength !== -1) head.refusal = 'it has two Content-Length fields';
        else if (!/^\d{1,15}$/.test(value)) head.refusal = 'its Content-Length is not a plain number';
        else head.contentLength = Number(value);
        break;
      case HeaderKind.transferEncoding:
        if (head.chunked) head.refusal = 'it has two Transfer-Encoding fields';
        else if (value.toLowerCase() !== 'chunked') head.refusal = 'its Transfer-Encoding is not exactly "chunked"';
        head.chunked = true;
        break;
      case HeaderKind.connection:
        connection = connection === undefined ? value : `${connection},${value}`;
        break;
      case HeaderKind.upgrade:
        head.upgrade = value;
        break;
      case HeaderKind.expect:
        head.expectsContinue = value.toLowerCase() === '100-continue';
        break;
      case HeaderKind.traceId:
        traceId ??= value;
        break;
      case HeaderKind.traceParent:
        traceParent ??= value;
        break;
      case HeaderKind.forwarded:
        (forwarded ??= []).push(name, value);
        break;
      default:
        break;
    }
  }
  if (connection !== undefined && connection.length > 10) dropNamed(head, connection);
  checkFraming(request, head, hosts);
  head.traceId = traceIdOf(traceId);
  head.traceParent = traceParentOf(traceParent, head.traceId);
  const address = request.socket.remoteAddress ?? '';
  head.address = address.startsWith('::ffff:') ? address.slice(7) : address;
  addOwn(head, forwarded, rules);
  return head;
}

function checkFraming(request: IncomingMessage, head: RequestHead, hosts: number): void {
  if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0') head.refusal = `its version is HTTP/${request.httpVersion}`;
  else if (head.chunked && head.contentLength !== -1) head.refusal = 'it has both Content-Length and Transfer-Encoding';
  else if (head.chunked && request.httpVersion === '1.0') head.refusal = 'an HTTP/1.0 request cannot be chunked';
  else if (hosts > 1) head.refusal = 'it has two Host fields';
  else if (head.host !== '' && /[\s/@\\?#,]/.test(head.host)) head.refusal = 'its Host is not a host name';
}

/** Removes the fields that the client's Connection field names; framing and Host are not its to name. */
function dropNamed(head: RequestHead, connection: string): void {
  for (const token of connection.toLowerCase().split(',')) {
    const name = token.trim();
    if (name === '' || name === 'keep-alive' || name === 'close' || name === 'host' || name === 'upgrade') continue;
    for (let at = head.headers.length - 2; at >= 0; at -= 2) {
      if (head.headers[at]!.toLowerCase() === name) head.headers.splice(at, 2);
    }
    if (name === 'authorization') head.authorization = undefined;
  }
}

function addOwn(head: RequestHead, given: readonly string[] | undefined, rules: HeadRules): void {
  if (given !== undefined && rules.trustedProxies.has(head.address)) {
    let chained = false;
    for (let at = 0; at < given.length; at += 2) {
      const isChain = given[at]!.toLowerCase() === 'x-forwarded-for';
      chained ||= isChain;
      head.headers.push(given[at]!, isChain ? `${given[at + 1]!}, ${head.address}` : given[at + 1]!);
    }
    if (!chained) head.headers.push('X-Forwarded-For', head.address);
    head.headers.push('X-Trace-ID', head.traceId, 'traceparent', head.traceParent);
    return;
  }
  head.headers.push(
    'X-Forwarded-For', head.address, 'X-Forwarded-Proto', 'http', 'X-Forwarded-Host', head.host,
    'X-Trace-ID', head.traceId, 'traceparent', head.traceParent,
  ); // prettier-ignore
}
