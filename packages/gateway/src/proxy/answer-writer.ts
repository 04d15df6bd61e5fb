/** Writes an upstream's answer to the client: small ones whole in one write, others as they come, head first when no data follows it at once. */
import type { ServerResponse } from 'node:http';
import type { AnswerHead } from './answer-head.ts';

/** Answers up to this many bytes leave in one write, head and body together. */
const wholeAnswerMax = 64 * 1024;
/** Up to here head and body become one string: a buffer would be a second part of a gathered write, which costs twice as much. */
const oneStringMax = 16 * 1024;

export class AnswerWriter {
  readonly #response: ServerResponse;
  readonly #traceId: string;
  status = 0;
  head: AnswerHead | undefined;
  headSent = false;
  /** The whole body, for those who compare it; undefined when nobody does, or when it grew beyond their limit. */
  captured: Buffer[] | undefined;
  #capturedBytes = 0;
  #statusText: string | undefined;
  #whole = false;
  #chunks: Buffer[] | undefined;

  constructor(response: ServerResponse, traceId: string) {
    this.#response = response;
    this.#traceId = traceId;
  }

  /** @param heldBack nothing may leave before the end, whatever its size */
  begin(status: number, statusText: string | undefined, head: AnswerHead, method: string, heldBack: boolean): void {
    this.status = status;
    this.#statusText = statusText;
    this.head = head;
    const noBody = method === 'HEAD' || status === 204 || status === 304;
    this.#whole = noBody || heldBack || (head.contentLength >= 0 && head.contentLength <= wholeAnswerMax);
    if (!this.#whole) process.nextTick(flushHead, this);
  }

  /** Returns false when the client does not keep up: the upstream should pause. */
  write(chunk: Buffer): boolean {
    if (!this.#whole) {
      this.#sendHead();
      return this.#response.write(chunk);
    }
    if (this.#chunks === undefined) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
    return true;
  }

  /** Returns false when the answer has become too large to be compared. */
  capture(chunk: Buffer, bytesMax: number): boolean {
    this.#capturedBytes += chunk.length;
    if (this.#capturedBytes <= bytesMax) this.captured!.push(chunk);
    else this.captured = undefined;
    return this.captured !== undefined;
  }

  end(trailers: readonly (Buffer | string)[] | null | undefined): void {
    this.#sendHead();
    const chunks = this.#chunks;
    if (chunks !== undefined) endWhole(this.#response, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    else {
      if (trailers != null && trailers.length > 0) this.#response.addTrailers(pairsOf(trailers));
      this.#response.end();
    }
  }

  /** Forgets an answer that broke off before anything left. */
  reset(): void {
    this.head = undefined;
    this.#chunks = undefined;
    this.#capturedBytes = 0;
  }

  flushHead(): void {
    if (this.head === undefined || this.headSent || this.#response.destroyed) return;
    this.#sendHead();
    this.#response.flushHeaders();
  }

  #sendHead(): void {
    if (this.headSent) return;
    this.headSent = true;
    const { headers, hasTraceId, connectionAt } = this.head!;
    if (connectionAt !== -1) headers.splice(connectionAt, 0, ...this.#connectionFields());
    if (!hasTraceId) headers.push('X-Trace-ID', this.#traceId);
    if (this.#statusText === undefined) this.#response.writeHead(this.status, headers);
    else this.#response.writeHead(this.status, this.#statusText, headers);
  }

  /** What Node would put last, for answers whose upstream put it elsewhere. */
  #connectionFields(): string[] {
    const { shouldKeepAlive, useChunkedEncodingByDefault } = this.#response;
    const keeps = shouldKeepAlive && (this.head!.contentLength >= 0 || useChunkedEncodingByDefault);
    return keeps ? ['Connection', 'keep-alive', 'Keep-Alive', 'timeout=5'] : ['Connection', 'close'];
  }
}

function flushHead(writer: AnswerWriter): void {
  writer.flushHead();
}

function endWhole(response: ServerResponse, body: Buffer): void {
  if (body.length > oneStringMax) response.end(body);
  else response.end(body.toString('latin1'), 'latin1');
}

function pairsOf(flat: readonly (Buffer | string)[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < flat.length; at += 2) pairs.push([String(flat[at]), String(flat[at + 1])]);
  return pairs;
}
