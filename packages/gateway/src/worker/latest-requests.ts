/** The latest requests of one worker, for whoever has a trace id and asks what was asked; the oldest make room. */

export interface AnsweredRequest {
  readonly traceId: string;
  readonly method: string;
  /** Without its query, which may carry secrets. */
  readonly path: string;
  readonly route: string;
  readonly upstream: string;
  /** 0 when no whole answer was given. */
  readonly status: number;
  /** When it began, in milliseconds since 1970. */
  readonly atMs: number;
  readonly ms: number;
}

/** A few minutes of a busy worker, in less than 4 MB. */
const kept = 8_192;

export class LatestRequests {
  readonly #ring: AnsweredRequest[] = [];
  #next = 0;

  note(request: AnsweredRequest): void {
    this.#ring[this.#next] = request;
    this.#next = (this.#next + 1) % kept;
  }

  find(traceId: string): AnsweredRequest[] {
    return this.#ring.filter((request) => request.traceId === traceId);
  }
}

/** The target without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}
