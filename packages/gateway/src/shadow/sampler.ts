/** Asks the candidate (and, to learn noise, the owner again) after the client has its answer; bounded, dropped and counted when full. */
import type { GatewayLimits } from '../config.ts';
import { Upstreams } from '../proxy/upstreams.ts';
import type { Pins } from '../worker/pins.ts';
import { askOnce } from './ask-once.ts';
import type { CapturedAnswer, DeclaredRules, ShadowSample, ShadowTally } from './sample.ts';
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
  readonly compare: DeclaredRules | undefined;
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
/** A list that answers are drawn from is asked for again after this long, and after every write. */
const listAgeMs = 1_000;

interface List {
  readonly startedMs: number;
  readonly calm: boolean;
  readonly answer: Promise<CapturedAnswer | string>;
}

export class ShadowSampler {
  readonly #parts: SamplerParts;
  readonly #upstreams: Upstreams;
  readonly #queue: (() => Promise<void>)[] = [];
  readonly #requestsById = new Map<number, ShadowRequest>();
  readonly #askedAgain = new Map<string, number>();
  readonly #lists = new Map<string, List>();
  /** The extraction of each route, and since when it is known. */
  readonly #scopes = new Map<string, { readonly scope: string | undefined; readonly sinceMs: number }>();
  /** When a request last began, per extraction, while a write was under way. */
  readonly #busyMs = new Map<string | undefined, number>();
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
    this.#noteWrites(route);
    if (sharePercent < 100 && Math.random() * 100 >= sharePercent) return false;
    if (this.#queue.length < this.#parts.limits.shadowQueueMax) return true;
    this.drop(route, 'queue-full');
    return false;
  }

  /** Takes a finished exchange; returns at once. */
  offer(request: ShadowRequest): void {
    if (this.#queue.length >= this.#parts.limits.shadowQueueMax) return this.drop(request.route, 'queue-full');
    const calm = this.#wasCalm(request);
    this.#enqueue(() => this.#compareOnce(request, calm));
  }

  /** Asks the owner what the candidate has answered with an error; `onSame` is called when it gives the same status. Not asked when too much waits. */
  secondOpinion(request: Omit<ShadowRequest, 'owner' | 'candidateUrl' | 'compare'>, status: number, onSame: () => void): void {
    if (this.#queue.length >= this.#parts.limits.shadowQueueMax) return this.drop(request.route, 'queue-full');
    this.#enqueue(async () => {
      const owner = await this.#ask(request.ownerUrl, request);
      if (typeof owner === 'object' && owner.status === status) onSame();
    });
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

  async #compareOnce(asked: ShadowRequest, wasCalm: boolean): Promise<void> {
    const isAskedAnew = asked.compare !== undefined && hasCondition(asked);
    const calm = isAskedAnew ? this.#isCalm(asked.scope) : wasCalm;
    const request = await this.#unconditional(asked);
    if (request === undefined) return;
    const wantsAgain = this.#wantsAgain(request.route);
    const list = this.#list(request, performance.now() - listAgeMs);
    const [candidate, again, listed] = await Promise.all([
      this.#ask(request.candidateUrl, request),
      wantsAgain ? this.#ask(request.ownerUrl, request) : undefined,
      list?.answer,
    ]);
    if (typeof listed === 'string') return this.drop(request.route, 'list-silent');
    const quiet =
      calm && list?.calm !== false && this.#parts.pins.quietSince(request.scope, Math.min(request.startedMs, list?.startedMs ?? Infinity));
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
    this.#remember(this.#lastId, request);
    this.#record(request, { id: this.#lastId, owner: request.owner, candidate, again: ownerAgain, list: listed, quiet, confirms: false });
  }

  async #askAllAgain(request: ShadowRequest, id: number): Promise<void> {
    if (request.scope !== undefined) await this.#parts.pins.barrier(request.scope);
    const startedMs = performance.now();
    const calm = this.#isCalm(request.scope);
    const [owner, candidate, again, list] = await Promise.all([
      this.#ask(request.ownerUrl, request),
      this.#ask(request.candidateUrl, request),
      this.#ask(request.ownerUrl, request),
      this.#list(request, startedMs)?.answer,
    ]);
    const quiet = calm && this.#parts.pins.quietSince(request.scope, startedMs);
    if (typeof owner === 'string') return this.drop(request.route, 'owner-silent');
    if (typeof list === 'string') return this.drop(request.route, 'list-silent');
    this.#remember(id, request);
    this.#record(request, { id, owner, candidate, again: typeof again === 'object' ? again : undefined, list, quiet, confirms: true });
  }

  #record(
    { route, scope, method, path, compare }: ShadowRequest,
    sample: Omit<ShadowSample, 'route' | 'scope' | 'method' | 'path' | 'compare' | 'candidate' | 'failure'> & {
      candidate: CapturedAnswer | string;
    },
  ): void {
    const { candidate, ...rest } = sample;
    const answered = typeof candidate === 'object';
    this.#samples.push({
      ...rest,
      route,
      scope,
      method,
      path,
      compare,
      candidate: answered ? candidate : undefined,
      failure: answered ? undefined : candidate,
    });
    if (this.#samples.length >= flushAfter) this.flush();
  }

  /** Whether a draw matches a tag that the client has is chance on both sides: what is compared then is asked without the condition. */
  async #unconditional(request: ShadowRequest): Promise<ShadowRequest | undefined> {
    if (request.compare === undefined || !hasCondition(request)) return request;
    const headers = request.headers.filter((_field, at) => !isCondition(request.headers[at - (at % 2)]!));
    const startedMs = performance.now();
    const owner = await this.#ask(request.ownerUrl, { ...request, headers });
    if (typeof owner === 'object') return { ...request, headers, startedMs, owner };
    this.drop(request.route, 'owner-silent');
    return undefined;
  }

  /** No write is under way now. Looked at in the beginning too: one that ends before the answers are there is not seen afterwards. */
  #isCalm(scope: string | undefined): boolean {
    return this.#parts.pins.quietSince(scope, Infinity);
  }

  /** Called before the owner is asked. */
  #noteWrites(route: string): void {
    const known = this.#scopes.get(route);
    if (known !== undefined && !this.#isCalm(known.scope)) this.#busyMs.set(known.scope, performance.now());
  }

  /** No write was under way when the owner was asked, nor when it had answered; of the first request of a route it is not known. */
  #wasCalm({ route, scope, startedMs }: ShadowRequest): boolean {
    const known = this.#scopes.get(route);
    if (known === undefined) this.#scopes.set(route, { scope, sinceMs: performance.now() });
    return known !== undefined && known.sinceMs < startedMs && (this.#busyMs.get(scope) ?? -1) < startedMs && this.#isCalm(scope);
  }

  /** So that it can be asked again. */
  #remember(id: number, request: ShadowRequest): void {
    this.#requestsById.set(id, request);
    if (this.#requestsById.size > remembered) this.#requestsById.delete(this.#requestsById.keys().next().value!);
  }

  /** The owner's list that the answer is drawn from, asked for after `sinceMs` and after the last write; undefined when it is drawn from none. */
  #list(request: ShadowRequest, sinceMs: number): List | undefined {
    const path = request.compare?.drawnFrom;
    if (path === undefined) return undefined;
    const known = this.#lists.get(request.route);
    if (known !== undefined && known.startedMs >= sinceMs && this.#parts.pins.quietSince(request.scope, known.startedMs)) return known;
    const list = {
      startedMs: performance.now(),
      calm: this.#isCalm(request.scope),
      answer: this.#ask(request.ownerUrl, { ...request, method: 'GET', path, body: undefined }),
    };
    this.#lists.set(request.route, list);
    return list;
  }

  #wantsAgain(route: string): boolean {
    const asked = this.#askedAgain.get(route) ?? 0;
    this.#askedAgain.set(route, asked + 1);
    return asked < this.#parts.limits.noiseSamplesMin * 2 || asked % ownerAgainOneIn === 0;
  }

  #ask(
    url: string,
    { method, path, headers, body }: Pick<ShadowRequest, 'method' | 'path' | 'headers' | 'body'>,
  ): Promise<CapturedAnswer | string> {
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

function hasCondition({ headers }: ShadowRequest): boolean {
  return headers.some((name, at) => at % 2 === 0 && isCondition(name));
}

function isCondition(name: string): boolean {
  return /^if-(?:none-match|match|modified-since|unmodified-since|range)$/i.test(name);
}
