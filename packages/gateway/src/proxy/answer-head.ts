/** Turns an upstream's raw answer head into the flat list that goes to the client: same fields, same spelling, same order. */
import { answerKindOf, HeaderKind } from './header-kinds.ts';

export class AnswerHead {
  /** Names and values in turn. */
  headers: string[] = [];
  /** -1: the answer has no Content-Length. */
  contentLength = -1;
  location: string | undefined;
  hasTraceId = false;
  /** Where among `headers` the upstream's Connection stood, when fields followed it; -1 when it came last, where Node puts it. */
  connectionAt = -1;
}

/** Drops what concerns the connection only, also fields that the upstream's Connection names. */
export function readAnswerHead(raw: readonly (Buffer | string)[]): AnswerHead {
  const head = new AnswerHead();
  const out = head.headers;
  let connection: string | undefined;
  for (let at = 0; at < raw.length; at += 2) {
    const name = textOf(raw[at]!);
    const value = textOf(raw[at + 1]!);
    switch (answerKindOf(name)) {
      case HeaderKind.forward:
      case HeaderKind.contentType:
        out.push(name, value);
        break;
      case HeaderKind.contentLength:
        head.contentLength = Number(value);
        out.push(name, value);
        break;
      case HeaderKind.location:
        head.location = value;
        out.push(name, value);
        break;
      case HeaderKind.traceId:
        head.hasTraceId = true;
        out.push(name, value);
        break;
      case HeaderKind.connection:
        head.connectionAt = out.length;
        connection = connection === undefined ? value : `${connection},${value}`;
        break;
      default:
        break;
    }
  }
  if (connection !== undefined && connection.length > 10) dropNamed(out, connection);
  if (head.connectionAt >= out.length) head.connectionAt = -1;
  return head;
}

function dropNamed(headers: string[], connection: string): void {
  for (const token of connection.toLowerCase().split(',')) {
    const name = token.trim();
    if (name === '' || name === 'keep-alive' || name === 'close' || name === 'content-length') continue;
    for (let at = headers.length - 2; at >= 0; at -= 2) if (headers[at]!.toLowerCase() === name) headers.splice(at, 2);
  }
}

/** What `toString('latin1')` ends in, without its argument checks: this runs for every field of every answer. */
type LatinBuffer = Buffer & { latin1Slice(): string };

function textOf(part: Buffer | string): string {
  return typeof part === 'string' ? part : (part as LatinBuffer).latin1Slice();
}
