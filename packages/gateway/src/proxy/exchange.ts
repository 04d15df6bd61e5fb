/** One request from its head to its last byte: routed, held or pinned when asked for, forwarded, and answered as the upstream answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { crashPoint } from '../crash-points.ts';
import { bucketOf, isWithinShare } from '../routing/bucket.ts';
import { unmatchedRouteId, type CompiledRoute, type Router } from '../routing/router.ts';
import type { WorkerCore } from '../worker/core.ts';
import { pathOf } from '../worker/latest-requests.ts';
import { readAnswerHead } from './answer-head.ts';
import { AnswerWriter } from './answer-writer.ts';
import { needsBareRequest, sendBareRequest } from './bare-request.ts';
import { BodyTooLargeError } from './bounded-body.ts';
import { askForSecondOpinion, type EndedRequest, offerShadow, recordWrite } from './copies.ts';
import { ExchangePins } from './exchange-pins.ts';
import { sendOwnAnswer, type OwnAnswer } from './own-answer.ts';
import { type BodyListener, RequestBody } from './request-body.ts';
import { readRequestHead, type RequestHead } from './request-head.ts';
import type { Upstream } from './upstreams.ts';

const retryFirstMs = 40;
const retryLaterMs = 200;

const exchangeOf = Symbol('exchange');
interface Owned {
  [exchangeOf]: Exchange;
}

export class Exchange implements Dispatcher.DispatchHandler, BodyListener {
  readonly #core: WorkerCore;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #head: RequestHead;
  readonly #body: RequestBody;
  readonly #pins: ExchangePins;
  readonly #answer: AnswerWriter;
  readonly #method: string;
  readonly #target: string;
  readonly #startedMs = performance.now();
  #route: CompiledRoute | undefined;
  /** The router that found the route: as long as it is in force there is nothing to look up again. */
  #foundBy: Router | undefined;
  #upstreamName = '';
  #upstream: Upstream | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  /** Set while the request counts as being with an upstream. */
  #entered = '';
  #sent = false;
  #streamTaken = false;
  #clientGone = false;
  #ended = false;
  #sentTwice = false;
  #fellBack = false;
  #drainHeard = false;
  #gone: AbortController | undefined;

  constructor(core: WorkerCore, request: IncomingMessage, response: ServerResponse, continueOwed: boolean) {
    this.#core = core;
    this.#request = request;
    this.#response = response;
    this.#method = request.method!;
    this.#target = request.url!;
    this.#head = readRequestHead(request, core.rules);
    this.#body = new RequestBody(request, response, this.#head, continueOwed);
    this.#pins = new ExchangePins(core, this.#head);
    this.#answer = new AnswerWriter(response, this.#head.traceId);
    response.sendDate = false;
    (response as unknown as Owned)[exchangeOf] = this;
    response.on('close', onResponseClose);
  }

  begin(): void {
    const { contentLength } = this.#head;
    const { limits } = this.#core;
    const route = this.#head.refusal === undefined ? this.#core.router.find(this.#method, this.#target) : undefined;
    if (route === undefined)
      return this.#refuse(this.#head.refusal ?? `its target ${JSON.stringify(this.#target.slice(0, 80))} is not a plain path`);
    this.#route = route;
    this.#foundBy = this.#core.router;
    if (contentLength > limits.bodyBytes) return this.#refuseSize();
    if (contentLength !== -1) this.#head.headers.push('Content-Length', String(contentLength));
    if (contentLength > 0 && contentLength <= limits.bufferedBodyBytes) return this.#body.collect(this);
    this.#proceed();
  }

  // --- the way there ---

  bodyCollected(): void {
    this.#proceed();
  }

  /** Routes by the table in force now; called again after every wait. */
  #proceed(): void {
    if (this.#ended) return;
    const { router } = this.#core;
    const compiled = router === this.#foundBy ? this.#route! : router.find(this.#method, this.#target)!;
    this.#foundBy = router;
    const { route } = compiled;
    this.#route = compiled;
    if (route.hold !== undefined) return this.#wait(this.#waitForHold(compiled));
    const name = this.#choose(compiled);
    if (this.#pins.mustWait(name)) return this.#wait(this.#pins.wait());
    if (this.#pins.mustPin(compiled)) return this.#wait(this.#pins.pin(compiled));
    this.#forward(name);
  }

  #wait(wait: Promise<void>): void {
    wait.then(
      () => this.#proceed(),
      (error: unknown) => this.#fail({ status: 502, code: 'GATEWAY_UPSTREAM_LOST', message: `The gateway failed: ${String(error)}` }),
    );
  }

  async #waitForHold({ id, route }: CompiledRoute): Promise<void> {
    const { timeoutMs, queueMax, reason } = route.hold!;
    this.#gone ??= new AbortController();
    const outcome = await this.#core.holds.wait(id, timeoutMs, queueMax, this.#gone.signal);
    this.#core.traffic.count(`holds_${outcome}`);
    if (outcome === 'released' || this.#ended) return;
    this.#upstreamName = 'held';
    const why = outcome === 'full' ? `${queueMax} requests already wait` : `the wait of ${timeoutMs} ms is over`;
    this.#fail({ status: 503, code: 'GATEWAY_HELD', message: `This route is held (${reason}) and ${why}.`, retryAfterSeconds: 1 });
  }

  /** The upstream for a read or write of this client now. */
  #choose({ route, safe, heedsPins, id }: CompiledRoute): string {
    this.#answer.captured = undefined;
    if (!safe) return route.upstream;
    const { pins, router, traffic, shadow } = this.#core;
    if (this.#fellBack && route.fallbackUpstream !== undefined) return route.fallbackUpstream;
    if (heedsPins && pins.any && route.extraction !== undefined && this.#pins.has(route.extraction)) {
      if (route.canary !== undefined || route.shadow !== undefined) traffic.count('pinned_reads');
      return route.upstream;
    }
    if (route.canary !== undefined && route.canary.sharePercent > 0) {
      if (isWithinShare(bucketOf(route.extraction ?? id, this.#pins.clientKey), route.canary.sharePercent)) return route.canary.upstream;
    }
    if (route.shadow !== undefined && this.#body.isRepeatable && shadow.samples(id, route.shadow.sharePercent)) {
      if (Object.hasOwn(router.table.upstreams, route.shadow.upstream)) this.#answer.captured = [];
    }
    return route.upstream;
  }

  #forward(name: string): void {
    const { router, upstreams, inFlight, limits } = this.#core;
    const upstream = upstreams.get(router.table.upstreams[name]!);
    this.#upstreamName = name;
    this.#upstream = upstream;
    if (upstream.pending >= upstream.pendingMax) {
      return this.#fail({
        status: 503,
        code: 'GATEWAY_UPSTREAM_BUSY',
        message: `${upstream.pending} requests already wait for ${name}.`,
        retryAfterSeconds: 1,
      });
    }
    upstream.pending += 1;
    this.#entered = this.#route!.id;
    inFlight.enter(this.#entered);
    crashPoint('gateway.worker.before-forward');
    this.#sent = false;
    const { headers, contentLength, chunked } = this.#head;
    try {
      if (needsBareRequest(this.#method, contentLength, chunked)) {
        sendBareRequest(upstream, this.#method, this.#target, headers, limits.answerTimeoutMs, this);
      } else {
        upstream.pool.dispatch(
          { path: this.#target, method: this.#method, headers, blocking: false, body: this.#body.source(limits.bodyBytes) },
          this,
        );
      }
    } catch (error) {
      this.#leave();
      this.#refuse((error as Error).message);
    }
  }

  // --- the way back: called by the upstream's connection ---

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#clientGone) controller.abort(new Error('the client has gone'));
    else {
      this.#sent = true;
      this.#streamTaken = !this.#body.isRepeatable;
    }
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _headers: unknown, statusText?: string): void {
    if (status < 200) return this.#interim(status, controller);
    const head = readAnswerHead(controller.rawHeaders as (Buffer | string)[]);
    this.#upstream!.downSinceMs = 0;
    const { issuesToken, concernsOthers } = this.#route!.route;
    if (concernsOthers === true && status < 400) this.#pins.waitForOthers(this.#route!);
    if (issuesToken !== undefined && head.location !== undefined) this.#pins.pinIssued(head.location, issuesToken.parameter, this.#route!);
    if (this.#core.draining) this.#response.shouldKeepAlive = false;
    this.#answer.begin(status, statusText, head, this.#method, this.#pins.answerable !== undefined);
  }

  #interim(status: number, controller: Dispatcher.DispatchController): void {
    if (status !== 103 || this.#request.httpVersionMinor === 0) return;
    const { headers } = readAnswerHead(controller.rawHeaders as (Buffer | string)[]);
    const links = headers.filter((_, at) => at % 2 === 1 && headers[at - 1]!.toLowerCase() === 'link');
    if (links.length > 0) this.#response.writeEarlyHints({ link: links });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const answer = this.#answer;
    if (answer.captured !== undefined && !answer.capture(chunk, this.#core.limits.shadowBodyBytes)) {
      this.#core.shadow.drop(this.#route!.id, 'answer-too-large');
    }
    if (answer.write(chunk)) return;
    controller.pause();
    if (this.#drainHeard) return;
    this.#drainHeard = true;
    this.#response.on('drain', onResponseDrain);
  }

  resumeUpstream(): void {
    this.#controller?.resume();
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const trailers = (controller as { rawTrailers?: (Buffer | string)[] | null }).rawTrailers;
    const { answerable } = this.#pins;
    if (answerable === undefined) return this.#finish(trailers);
    // The upstream has done its part: whoever drains its requests need not wait for the rest.
    this.#leave();
    answerable.then(
      () => this.#finish(trailers),
      () => this.#finish(trailers),
    );
  }

  #finish(trailers: readonly (Buffer | string)[] | null | undefined): void {
    if (this.#ended) return;
    this.#answer.end(trailers);
    crashPoint('gateway.worker.after-answer');
    this.#end(this.#answer.status, false);
    const compiled = this.#route!;
    if (this.#answer.captured !== undefined) offerShadow(this.#core, compiled, this.#endedRequest, this.#answer);
    if (compiled.route.record === true) recordWrite(this.#core, compiled, this.#endedRequest, this.#answer.status);
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error & { code?: string }): void {
    if (this.#ended) return;
    if (this.#clientGone) return this.#end(0, false);
    if (this.#answer.headSent) {
      this.#end(0, false);
      this.#response.destroy();
      return;
    }
    this.#answer.reset();
    if (error instanceof BodyTooLargeError) return this.#refuseSize();
    if (this.#sent) this.#lost(error);
    else this.#unreachable(error);
  }

  /** It was sent and not answered: asked again once when that is safe, else said plainly. */
  #lost(error: Error & { code?: string }): void {
    const timeout = error.code === 'UND_ERR_HEADERS_TIMEOUT' || error.code === 'UND_ERR_BODY_TIMEOUT';
    const { safe, route } = this.#route!;
    const again = safe && !timeout && !this.#streamTaken;
    if (again && !this.#sentTwice) {
      this.#sentTwice = true;
      this.#core.traffic.count('retries');
      return this.#goAgain();
    }
    if (again && route.fallbackUpstream !== undefined && !this.#fellBack) return this.#fallBack();
    if (timeout) this.#fail({ status: 504, code: 'GATEWAY_UPSTREAM_TIMEOUT', message: `${this.#upstreamName} did not answer in time.` });
    else
      this.#fail({
        status: 502,
        code: 'GATEWAY_UPSTREAM_LOST',
        message: `${this.#upstreamName} broke the connection before it answered (${error.code ?? error.message}).`,
      });
  }

  /** It was never sent: waits for the program to come back, within the window that began with its first refusal. */
  #unreachable(error: Error & { code?: string }): void {
    const upstream = this.#upstream!;
    const nowMs = performance.now();
    if (upstream.downSinceMs === 0) upstream.downSinceMs = nowMs;
    const downMs = nowMs - upstream.downSinceMs;
    const { safe, route } = this.#route!;
    if (downMs < this.#core.limits.restartWindowMs) {
      this.#leave();
      this.#core.traffic.count('restart_waits');
      setTimeout(proceed, downMs < 500 ? retryFirstMs : retryLaterMs, this);
      return;
    }
    if (safe && route.fallbackUpstream !== undefined && !this.#fellBack) return this.#fallBack();
    const message = `${this.#upstreamName} does not accept connections (${error.code ?? error.message}) for ${Math.round(downMs)} ms; the request was not sent.`;
    this.#fail({ status: 503, code: 'GATEWAY_UPSTREAM_UNREACHABLE', message, retryAfterSeconds: 1 });
  }

  #fallBack(): void {
    this.#fellBack = true;
    this.#core.traffic.count('fallbacks');
    this.#goAgain();
  }

  #goAgain(): void {
    this.#leave();
    this.proceedAgain();
  }

  proceedAgain(): void {
    this.#proceed();
  }

  // --- the end ---

  clientClosed(): void {
    if (this.#ended || this.#clientGone) return;
    this.#clientGone = true;
    this.#gone?.abort();
    if (this.#entered !== '' && this.#controller !== undefined) this.#controller.abort(new Error('the client has gone'));
    if (!this.#ended && (this.#entered === '' || this.#controller === undefined)) this.#end(0, false);
  }

  bodyFailed(): void {
    this.clientClosed();
  }

  #refuse(reason: string): void {
    this.#core.traffic.count('refused');
    this.#fail({ status: 400, code: 'GATEWAY_REQUEST_REFUSED', message: `The request was refused: ${reason}.`, close: true });
  }

  #refuseSize(): void {
    this.#fail({
      status: 413,
      code: 'GATEWAY_BODY_TOO_LARGE',
      message: `The body is larger than ${this.#core.limits.bodyBytes} bytes.`,
      close: true,
    });
  }

  #fail(answer: OwnAnswer): void {
    if (this.#ended) return;
    sendOwnAnswer(this.#response, answer, this.#head.traceId, this.#core.allowOrigin);
    this.#end(answer.status, true);
  }

  #leave(): void {
    if (this.#entered === '') return;
    this.#upstream!.pending -= 1;
    this.#core.inFlight.leave(this.#entered);
    this.#entered = '';
    this.#controller = undefined;
  }

  #tell(route: string, status: number, ms: number): void {
    const { log, latest } = this.#core;
    const { traceId } = this.#head;
    const request = { traceId, method: this.#method, path: pathOf(this.#target), route, upstream: this.#upstreamName, status, ms };
    const answered = { ...request, atMs: Date.now() - ms };
    log?.write(answered);
    latest.note(answered);
  }

  /** Everything that is counted, once per exchange. @param status 0 when no whole answer was given */
  #end(status: number, own: boolean): void {
    this.#ended = true;
    const wasSent = this.#sent;
    this.#leave();
    const ms = performance.now() - this.#startedMs;
    const id = this.#route?.id ?? unmatchedRouteId;
    this.#core.traffic.record(id, this.#upstreamName, status, ms, own);
    if (status >= 500 && !own)
      askForSecondOpinion(this.#core, this.#route!, this.#endedRequest, { status, upstreamName: this.#upstreamName });
    this.#tell(id, status, ms);
    this.#pins.end(!wasSent || (status !== 0 && !own));
  }

  get #endedRequest(): EndedRequest {
    return {
      method: this.#method,
      path: this.#target,
      headers: this.#head.headers,
      body: this.#body,
      startedMs: this.#startedMs,
    };
  }
}

function onResponseClose(this: ServerResponse): void {
  (this as unknown as Owned)[exchangeOf].clientClosed();
}

function onResponseDrain(this: ServerResponse): void {
  (this as unknown as Owned)[exchangeOf].resumeUpstream();
}

function proceed(exchange: Exchange): void {
  exchange.proceedAgain();
}
