/** The latest requests of one worker, for whoever has a trace id and asks what was asked; the oldest make room. */

export interface AnsweredRequest {
  readonly traceId: string;
  readonly method: string;
  /** As `pathOf` gives it. */
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

/** The target as it may be kept and written: without its query, and without addresses and tokens in it. */
export function pathOf(target: string): string {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  return /@|%40|%2540|eyJ/i.test(path) ? withoutPeople(path) : path;
}

/** A segment that is an e-mail address or a token is named instead. */
function withoutPeople(path: string): string {
  return path.replaceAll(/[^/]*(?:@|%(?:25)*40)[^/]*/gi, '[e-mail]').replaceAll(/[^/]*eyJ[\w-]{5,}[^/]*/g, '[token]');
}
