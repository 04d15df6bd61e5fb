/** The one listener: what libraries publish on diagnostics channels becomes log lines and metrics. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Logger } from './logger.ts';
import type { HttpRequestMeasure, Metrics } from './metrics.ts';

/** A library reports `{ level, event, message, ...fields }` here. */
export const eventChannel = 'banyan.event';
/** A server reports each finished request here, as HttpRequestMeasure with `path`. */
export const requestChannel = 'banyan.http.request';

export interface EventReport {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Lower-case and dotted: `service.ready`. */
  readonly event: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface RequestReport extends HttpRequestMeasure {
  /** Path and query as asked. Which parameters there were is logged, their values are not. */
  readonly path: string;
}

/**
 * Starts listening; the function returned stops it. Requests answered with 500 and more are logged as errors,
 * others at `info`, or not at all with `accessLog: false`.
 */
export function listen(options: { logger: Logger; metrics: Metrics; accessLog?: boolean }): () => void {
  const { logger, metrics, accessLog = true } = options;
  const onEvent = (report: unknown) => {
    const { level, event, message, ...fields } = report as EventReport;
    metrics.countEvent(event, level);
    logger[level]({ event, ...fields }, message);
  };
  const onRequest = (report: unknown) => {
    const { method, path, route, status, durationMs } = report as RequestReport;
    metrics.countRequest({ method, route, status, durationMs });
    if (accessLog)
      logger[status >= 500 ? 'error' : 'info'](
        { event: 'http.request', method, path: withoutValues(path), route, status, durationMs },
        `${method} ${status}`,
      );
  };
  subscribe(eventChannel, onEvent);
  subscribe(requestChannel, onRequest);
  return () => {
    unsubscribe(eventChannel, onEvent);
    unsubscribe(requestChannel, onRequest);
  };
}

/** Nobody knows what people search for, or paste. */
function withoutValues(path: string): string {
  const [before = '', ...query] = path.split('?');
  return query.length === 0 ? before : `${before}?${query.join('?').replaceAll(/=[^&]*/g, '=…')}`;
}
