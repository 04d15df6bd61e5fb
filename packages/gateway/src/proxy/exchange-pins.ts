/** What one exchange does with the pins of its client: waits for an earlier write, pins before a write of its own, gives each pin exactly one end. */
import { crashPoint } from '../crash-points.ts';
import { clientKeyOf, clientKeyOfLocation } from '../routing/client-key.ts';
import type { CompiledRoute } from '../routing/router.ts';
import type { WorkerCore } from '../worker/core.ts';
import type { RequestHead } from './request-head.ts';

export class ExchangePins {
  readonly #core: WorkerCore;
  readonly #head: RequestHead;
  #key: string | undefined;
  /** The extractions this exchange has pinned its client for. */
  #pinnedFor: readonly string[] | undefined;
  #hasWaited = false;
  #issuedKey: string | undefined;
  /** Nothing of the answer may leave before: the client to whom it issues a token is to be pinned, or others are to find what was written. */
  answerable: Promise<void> | undefined;

  constructor(core: WorkerCore, head: RequestHead) {
    this.#core = core;
    this.#head = head;
  }

  /** Who asks, as far as the gateway tells clients apart. */
  get clientKey(): string {
    return (this.#key ??= clientKeyOf(this.#head.authorization, this.#head.address, this.#head.userAgent));
  }

  has(extraction: string): boolean {
    return this.#core.pins.has(extraction, this.clientKey);
  }

  /** For an earlier write of this client; one that is pinned itself has waited, and its own pin is not what it waits for. */
  mustWait(upstreamName: string): boolean {
    const { router, pins } = this.#core;
    if (!pins.any || this.#hasWaited || this.#pinnedFor !== undefined || upstreamName !== router.table.fallback) return false;
    return router.extractionsOwnedByServices.length > 0 && pins.blocks(router.extractionsOwnedByServices, this.clientKey);
  }

  async wait(): Promise<void> {
    this.#hasWaited = true;
    const { pins, router, limits, traffic } = this.#core;
    const free = await pins.free(router.extractionsOwnedByServices, this.clientKey, limits.ownWriteWaitMs);
    traffic.count(free ? 'own_write_waits' : 'own_write_waits_over');
  }

  mustPin({ pinsExtractions }: CompiledRoute): boolean {
    return pinsExtractions.length > 0 && this.#pinnedFor !== pinsExtractions;
  }

  async pin({ pinsExtractions }: CompiledRoute): Promise<void> {
    const { pins } = this.#core;
    // Pinned under an older table: that pin is given back, so that every pin has exactly one end.
    if (this.#pinnedFor !== undefined) pins.written(this.#pinnedFor, this.clientKey, true);
    this.#pinnedFor = pinsExtractions;
    await pins.pin(pinsExtractions, this.clientKey);
    crashPoint('gateway.pins.pinned');
  }

  /** The answer leads the client to a place that has its token in this parameter. */
  pinIssued(location: string, parameter: string, { pinsExtractions }: CompiledRoute): void {
    const key = clientKeyOfLocation(location, parameter);
    if (key === undefined || pinsExtractions.length === 0) return;
    this.#issuedKey = key;
    this.answerable = this.#core.pins.pin(pinsExtractions, key);
  }

  /** Of a write that was answered, and is done therefore: others may know of it as soon as its writer does, and nobody pins them. */
  waitForOthers({ pinsExtractions }: CompiledRoute): void {
    if (pinsExtractions.length > 0) this.answerable = this.#reachOthers(pinsExtractions);
  }

  async #reachOthers(extractions: readonly string[]): Promise<void> {
    const { pins, limits, traffic } = this.#core;
    const { promise: isOver, resolve: end } = Promise.withResolvers<boolean>();
    const timer = setTimeout(end, limits.ownWriteWaitMs, false);
    const reached = Promise.all(extractions.map((extraction) => pins.barrier(extraction))).then((all) => all.every(Boolean));
    const isReached = await Promise.race([reached, isOver]);
    clearTimeout(timer);
    traffic.count(isReached ? 'waits_for_others' : 'waits_for_others_over');
  }

  /** @param isKnown false when the outcome of the write is not known */
  end(isKnown: boolean): void {
    if (this.#pinnedFor === undefined) return;
    const { pins } = this.#core;
    pins.written(this.#pinnedFor, this.clientKey, isKnown);
    if (this.#issuedKey !== undefined) pins.written(this.#pinnedFor, this.#issuedKey, isKnown);
  }
}
