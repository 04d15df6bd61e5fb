/** The body of one request on its way in: a small one is collected, so that it can be sent again; another one is streamed, once and within the limit. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BoundedBody } from './bounded-body.ts';
import type { RequestHead } from './request-head.ts';

export interface BodyListener {
  bodyCollected(): void;
  bodyFailed(): void;
}

const bodyOf = Symbol('body');
interface Owned {
  [bodyOf]: RequestBody;
}

export class RequestBody {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #head: RequestHead;
  #continueOwed: boolean;
  #listener: BodyListener | undefined;
  #chunks: Buffer[] | undefined;
  #bounded: BoundedBody | undefined;
  /** All of it, once it was collected. */
  collected: Buffer | undefined;

  /** @param continueOwed the client waits for "100 Continue" before it sends any of it */
  constructor(request: IncomingMessage, response: ServerResponse, head: RequestHead, continueOwed: boolean) {
    this.#request = request;
    this.#response = response;
    this.#head = head;
    this.#continueOwed = continueOwed;
  }

  /** Whether the request can be sent again: it has no body, or one that was collected. */
  get isRepeatable(): boolean {
    return this.collected !== undefined || (this.#head.contentLength <= 0 && !this.#head.chunked);
  }

  collect(listener: BodyListener): void {
    this.#sayContinue();
    const request = this.#request as IncomingMessage & Owned;
    request[bodyOf] = this;
    this.#listener = listener;
    this.#chunks = [];
    request.on('data', onBodyData);
    request.on('end', onBodyEnd);
    request.on('error', onBodyError);
  }

  /** What an upstream is sent. */
  source(limitBytes: number): Buffer | IncomingMessage | BoundedBody | null {
    if (this.isRepeatable) return this.collected ?? null;
    this.#sayContinue();
    if (!this.#head.chunked) return this.#request;
    if (this.#bounded === undefined) {
      const bounded = new BoundedBody(limitBytes);
      this.#bounded = bounded;
      this.#request.on('error', (error) => bounded.destroy(error));
      this.#request.pipe(bounded);
    }
    return this.#bounded;
  }

  // --- called by the client's connection ---

  chunk(chunk: Buffer): void {
    this.#chunks!.push(chunk);
  }

  ended(): void {
    const chunks = this.#chunks!;
    this.collected = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    this.#chunks = undefined;
    this.#listener!.bodyCollected();
  }

  failed(): void {
    this.#listener!.bodyFailed();
  }

  #sayContinue(): void {
    if (!this.#continueOwed) return;
    this.#continueOwed = false;
    this.#response.writeContinue();
  }
}

function onBodyData(this: IncomingMessage, chunk: Buffer): void {
  (this as unknown as Owned)[bodyOf].chunk(chunk);
}

function onBodyEnd(this: IncomingMessage): void {
  (this as unknown as Owned)[bodyOf].ended();
}

function onBodyError(this: IncomingMessage): void {
  (this as unknown as Owned)[bodyOf].failed();
}
