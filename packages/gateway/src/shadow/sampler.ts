/** Asks the candidate (and, to learn noise, the owner again) after the client has its answer; bounded, dropped and counted when full. */
import type { GatewayLimits } from '../config.ts';
import { Upstreams } from '../proxy/upstreams.ts';
import type { Pins } from '../worker/pins.ts';
import { askOnce } from './ask-once.ts';
import type { CapturedAnswer, ShadowSample, ShadowTally } from './sample.ts';
import { sameAnswer } from './same-answer.ts';

export interface ShadowRequest {
  readonly route: string;
  readonly scope: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Buffer | undefined;
  readonly startedMs: number;
  readonly ownerUrl: string;
  readonly candidateUrl: string;
  readonly owner: CapturedAnswer;
}

export interface SamplerParts {
  readonly limits: GatewayLimits;
  readonly pins: Pins;
  readonly send: (samples: readonly ShadowSample[], tallies: readonly ShadowTally[]) => void;
}

/** After the learning phase the owner is asked again for one in this many samples. */
const ownerAgainOneIn = 20;
/** Requests kept so that an unexplained difference can be asked again. */
const remembered = 256;
const flushEveryMs = 100;
const flushAfter = 32;
const connections = 16;

export class ShadowSampler {
  readonly #parts: SamplerParts;
  readonly #upstreams: Upstreams;
  readonly #queue: (() => Promise<void>)[] = [];
  readonly #requestsById = new Map<number, ShadowRequest>();
  readonly #askedAgain = new Map<string, number>();
  #samples: ShadowSample[] = [];
  #tallies = new Map<string, ShadowTally>();
  #running = 0;
  #lastId = 0;
  #closed = false;
  readonly #timer: NodeJS.Timeout;

  constructor(parts: SamplerParts) {
    this.#parts = parts;
    this.#upstreams = new Upstreams(parts.limits, connections, parts.limits.shadowTimeoutMs);
    this.#timer = setInterval(() => this.flush(), flushEveryMs);
    this.#timer.unref();
  }

  /** Decided before an answer is copied. */
  samples(route: string, sharePercent: number): boolean {
    if (sharePercent < 100 && Math.random() * 100 >= sharePercent) return false;
    if (this.#queue.length < this.#parts.limits.shadowQueueMax) return true;
    this.drop(route, 'queue-full');
    return false;
  }

  /** Takes a finished exchange; returns at once. */
  offer(request: ShadowRequest): void {
    if (this.#queue.length >= this.#parts.limits.shadowQueueMax) return this.drop(request.route, 'queue-full');
    this.#enqueue(() => this.#compareOnce(request));
  }

  /** The comparison found something unexplained: asks both sides again, past what was being written. */
  confirm(sampleId: number): void {
    const request = this.#requestsById.get(sampleId);
    this.#requestsById.delete(sampleId);
    if (request === undefined) return;
    this.#enqueue(() => this.#askAllAgain(request, sampleId));
  }

  drop(route: string, reason: string): void {
    const { dropped } = this.#tally(route);
    dropped[reason] = (dropped[reason] ?? 0) + 1;
  }

  use(urls: Iterable<string>): void {
    this.#upstreams.use(urls);
  }

  flush(): void {
    if (this.#samples.length === 0 && this.#tallies.size === 0) return;
    this.#parts.send(this.#samples, [...this.#tallies.values()]);
    this.#samples = [];
    this.#tallies = new Map();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#queue.length = 0;
    this.flush();
    await this.#upstreams.close();
  }

  #enqueue(work: () => Promise<void>): void {
    if (this.#closed) return;
    this.#queue.push(work);
    if (this.#running < this.#parts.limits.shadowConcurrency) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#running += 1;
    for (let work = this.#queue.shift(); work !== undefined; work = this.#queue.shift()) await work();
    this.#running -= 1;
  }

  async #compareOnce(request: ShadowRequest): Promise<void> {
    const wantsAgain = this.#wantsAgain(request.route);
    const [candidate, again] = await Promise.all([
      this.#ask(request.candidateUrl, request),
      wantsAgain ? this.#ask(request.ownerUrl, request) : undefined,
    ]);
    const quiet = this.#parts.pins.quietSince(request.scope, request.startedMs);
    const ownerAgain = typeof again === 'object' ? again : undefined;
    const tally = this.#tally(request.route);
    if (ownerAgain !== undefined && sameAnswer(request.owner, ownerAgain)) tally.ownerEqual += 1;
    if (
      typeof candidate === 'object' &&
      sameAnswer(request.owner, candidate) &&
      (ownerAgain === undefined || sameAnswer(request.owner, ownerAgain))
    ) {
      tally.equal += 1;
      return;
    }
    this.#lastId += 1;
    this.#requestsById.set(this.#lastId, request);
    if (this.#requestsById.size > remembered) this.#requestsById.delete(this.#requestsById.keys().next().value!);
    this.#record(request, { id: this.#lastId, owner: request.owner, candidate, again: ownerAgain, quiet, confirms: false });
  }

  async #askAllAgain(request: ShadowRequest, id: number): Promise<void> {
    if (request.scope !== undefined) await this.#parts.pins.barrier(request.scope);
    const startedMs = performance.now();
    const [owner, candidate, again] = await Promise.all([
      this.#ask(request.ownerUrl, request),
      this.#ask(request.candidateUrl, request),
      this.#ask(request.ownerUrl, request),
    ]);
    const quiet = this.#parts.pins.quietSince(request.scope, startedMs);
    if (typeof owner === 'string') return this.drop(request.route, 'owner-silent');
    this.#record(request, { id, owner, candidate, again: typeof again === 'object' ? again : undefined, quiet, confirms: true });
  }

  #record(
    { route, scope, method, path }: ShadowRequest,
    sample: Omit<ShadowSample, 'route' | 'scope' | 'method' | 'path' | 'candidate' | 'failure'> & { candidate: CapturedAnswer | string },
  ): void {
    const { candidate, ...rest } = sample;
    const answered = typeof candidate === 'object';
    this.#samples.push({
      ...rest,
      route,
      scope,
      method,
      path,
      candidate: answered ? candidate : undefined,
      failure: answered ? undefined : candidate,
    });
    if (this.#samples.length >= flushAfter) this.flush();
  }

  #wantsAgain(route: string): boolean {
    const asked = this.#askedAgain.get(route) ?? 0;
    this.#askedAgain.set(route, asked + 1);
    return asked < this.#parts.limits.noiseSamplesMin * 2 || asked % ownerAgainOneIn === 0;
  }

  #ask(url: string, { method, path, headers, body }: ShadowRequest): Promise<CapturedAnswer | string> {
    return askOnce(this.#upstreams.get(url), {
      method,
      path,
      headers,
      body,
      answerMax: this.#parts.limits.shadowBodyBytes,
      timeoutMs: this.#parts.limits.shadowTimeoutMs,
    });
  }

  #tally(route: string): ShadowTally {
    let tally = this.#tallies.get(route);
    if (tally === undefined) this.#tallies.set(route, (tally = { route, equal: 0, ownerEqual: 0, dropped: {} }));
    return tally;
  }
}
