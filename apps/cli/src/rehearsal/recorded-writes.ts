/** Collects from all gateways the writes that began after the copies were made. */
import type { GatewayClient } from '@banyan/gateway/gateway-client';
import type { RecordedWrite, RecordingReport } from '@banyan/gateway/recorded-write';

const lookEveryMs = 500;

export interface Collected {
  readonly writes: readonly RecordedWrite[];
  /** Since the position was taken, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

export class RecordedWrites {
  /** One per extraction and gateway. */
  readonly #ask: readonly ((afterMs: number) => Promise<RecordingReport>)[];
  /** Of each, by its gateway's clock. */
  #position: readonly RecordingReport[] = [];

  /** @param extractions whose routes' writes are wanted */
  constructor(extractions: readonly string[], gateways: readonly GatewayClient[]) {
    this.#ask = extractions.flatMap((extraction) => gateways.map((gateway) => (afterMs: number) => gateway.recording(extraction, afterMs)));
  }

  /** When the last one given began. */
  #givenMs = 0;

  /** What begins after this call is wanted. */
  async begin(): Promise<void> {
    this.#position = await Promise.all(this.#ask.map((ask) => ask(Number.MAX_SAFE_INTEGER)));
  }

  /**
   * The next `wanted` that were not given before; fewer when the time is up before they came. One that had not ended when later ones were given is left
   * out.
   */
  async collect(wanted: number, untilMs: number, signal: AbortSignal): Promise<Collected> {
    for (;;) {
      const { writes, dropped } = await this.#look();
      const fresh = writes.filter(({ startedMs }) => startedMs > this.#givenMs);
      if (fresh.length >= wanted || performance.now() >= untilMs) {
        const given = fresh.slice(0, wanted);
        this.#givenMs = given.at(-1)?.startedMs ?? this.#givenMs;
        return { writes: given, dropped };
      }
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      signal.throwIfAborted();
    }
  }

  async #look(): Promise<Collected> {
    const reports = await Promise.all(this.#ask.map((ask, place) => ask(this.#position[place]?.nowMs ?? 0)));
    const dropped: Record<string, number> = {};
    for (const [place, { sinceMs, droppedBy }] of reports.entries()) {
      const before = this.#position[place];
      for (const [reason, count] of Object.entries(droppedBy)) {
        const since = count - (before?.sinceMs === sinceMs ? (before.droppedBy[reason] ?? 0) : 0);
        if (since > 0) dropped[reason] = (dropped[reason] ?? 0) + since;
      }
    }
    return { writes: reports.flatMap(({ writes }) => writes).toSorted((one, two) => one.startedMs - two.startedMs), dropped };
  }
}
