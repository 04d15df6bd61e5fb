/** Asks an upstream once, out of any client's way, and gives the whole answer or the reason why there is none. */
import type { Dispatcher } from 'undici';
import { readAnswerHead } from '../proxy/answer-head.ts';
import type { Upstream } from '../proxy/upstreams.ts';
import type { CapturedAnswer } from './sample.ts';

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
  readonly answerMax: number;
  readonly timeoutMs: number;
}

/** Never throws; a text instead of an answer says why there is none. */
export function askOnce(upstream: Upstream, question: Question): Promise<CapturedAnswer | string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => asking.giveUp('no answer in time'), question.timeoutMs);
    const asking = new Asking(question.answerMax, (outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    });
    const { method, path, headers, body } = question;
    try {
      upstream.pool.dispatch({ method: method, path, headers: headers as string[], body: body ?? null }, asking);
    } catch (error) {
      asking.giveUp((error as Error).message);
    }
  });
}

class Asking implements Dispatcher.DispatchHandler {
  readonly #answerMax: number;
  readonly #settle: (outcome: CapturedAnswer | string) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: string[] = [];
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #settled = false;

  constructor(answerMax: number, settle: (outcome: CapturedAnswer | string) => void) {
    this.#answerMax = answerMax;
    this.#settle = settle;
  }

  giveUp(reason: string): void {
    this.#end(reason);
    this.#controller?.abort(new Error(reason));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) controller.abort(new Error('given up'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = readAnswerHead(controller.rawHeaders as (Buffer | string)[]).headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#answerMax) this.giveUp('answer too large to compare');
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#end({ status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error & { code?: string }): void {
    this.#end(error.code ?? error.message);
  }

  #end(outcome: CapturedAnswer | string): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#settle(outcome);
  }
}
