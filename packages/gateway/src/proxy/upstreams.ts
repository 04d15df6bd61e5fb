/** The programs behind the gateway: one bounded connection pool each, kept over route changes. */
import { Pool } from 'undici';
import type { GatewayLimits } from '../config.ts';

export class Upstream {
  readonly origin: string;
  readonly pool: Pool;
  readonly host: string;
  readonly port: number;
  /** Requests given to the pool and not yet ended. */
  pending = 0;
  readonly pendingMax: number;
  /** Since when connections fail, by the monotonic clock; 0 when the last one worked. */
  downSinceMs = 0;

  constructor(origin: string, limits: GatewayLimits, connections: number, timeoutMs: number | undefined) {
    const url = new URL(origin);
    this.origin = url.origin;
    this.host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    this.port = Number(url.port === '' ? 80 : url.port);
    this.pendingMax = connections + limits.upstreamQueueMax;
    this.pool = new Pool(url.origin, {
      connections,
      pipelining: 1,
      connect: { timeout: limits.connectTimeoutMs },
      headersTimeout: timeoutMs ?? limits.answerTimeoutMs,
      bodyTimeout: timeoutMs ?? limits.bodyIdleTimeoutMs,
      keepAliveTimeout: 4_000,
      maxHeaderSize: 64 * 1024,
    });
  }
}

/** Upstreams by URL. `use` closes those no longer named, after their last request. */
export class Upstreams {
  readonly #upstreams = new Map<string, Upstream>();
  readonly #limits: GatewayLimits;
  readonly #connections: number;
  readonly #timeoutMs: number | undefined;

  constructor(limits: GatewayLimits, connections: number, timeoutMs?: number) {
    this.#limits = limits;
    this.#connections = connections;
    this.#timeoutMs = timeoutMs;
  }

  get(url: string): Upstream {
    const known = this.#upstreams.get(url);
    if (known !== undefined) return known;
    const upstream = new Upstream(url, this.#limits, this.#connections, this.#timeoutMs);
    this.#upstreams.set(url, upstream);
    return upstream;
  }

  use(urls: Iterable<string>): void {
    const wanted = new Set(urls);
    for (const [url, upstream] of this.#upstreams) {
      if (wanted.has(url)) continue;
      this.#upstreams.delete(url);
      upstream.pool.close().catch(() => upstream.pool.destroy());
    }
  }

  async close(): Promise<void> {
    const all = [...this.#upstreams.values()];
    this.#upstreams.clear();
    await Promise.all(all.map((upstream) => upstream.pool.destroy()));
  }
}
