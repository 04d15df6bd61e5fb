/** Numbers about one program for Prometheus: its process, its HTTP requests, its events. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface HttpRequestMeasure {
  readonly method: string;
  /** The route pattern, never the path itself: `/api/users/:id`. Empty when no route matched. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
}

export interface Metrics {
  /** For counters and histograms of the program's own. */
  readonly registry: Registry;
  readonly contentType: string;
  /** Adds to `http_server_request_duration_seconds` (OpenTelemetry's `http.server.request.duration`). */
  countRequest(measure: HttpRequestMeasure): void;
  /** Adds to `banyan_events_total{event,level}`. */
  countEvent(event: string, level: string): void;
  /** A number of the program's own that is asked for whenever somebody looks; while it cannot be told, nothing is shown of it. */
  watch(gauge: WatchedGauge): void;
  /** The Prometheus text format. */
  render(): Promise<string>;
}

export interface WatchedGauge {
  /** Snake case, its unit last. */
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly read: () => Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>;
}

/** Boundaries in seconds that OpenTelemetry's semantic conventions advise for this metric. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** A registry of its own per call. Methods other than the nine of RFC 9110 and 5789 count as `_OTHER`. */
export function createMetrics(options: { service: string }): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service: options.service });
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP server requests.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: durationBuckets,
    registers: [registry],
  });
  const events = new Counter({
    name: 'banyan_events_total',
    help: 'What the program reported about itself.',
    labelNames: ['event', 'level'],
    registers: [registry],
  });
  return {
    registry,
    contentType: registry.contentType,
    countRequest({ method, route, status, durationMs }) {
      requests.observe(
        { http_request_method: knownMethods.has(method) ? method : '_OTHER', http_route: route, http_response_status_code: status },
        durationMs / 1000,
      );
    },
    countEvent: (event, level) => events.inc({ event, level }),
    watch: ({ name, help, labelNames, read }) => {
      const collect = async (gauge: Gauge) => {
        gauge.reset();
        const values = await read().catch(() => []); // what keeps it from being told is told elsewhere
        for (const { labels, value } of values) gauge.set(labels, value);
      };
      const asked = new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers: [],
        collect() {
          return collect(this);
        },
      });
      registry.registerMetric(asked);
    },
    render: () => registry.metrics(),
  };
}

const knownMethods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);
