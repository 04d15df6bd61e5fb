/** JSON logs with trace ids and Prometheus metrics; listens on diagnostics channels. */
export { TelemetryError, type TelemetryErrorCode, telemetryFaults } from './errors.ts';
export { eventChannel, type EventReport, listen, requestChannel, type RequestReport } from './listen.ts';
export { createLogger, type Logger, type LoggerOptions, logLevels } from './logger.ts';
export { createMetrics, type HttpRequestMeasure, type Metrics, type WatchedGauge } from './metrics.ts';
export { redact } from './redact.ts';
export { currentTrace, runInTrace, type Trace, traceFromHeaders, traceHeaders, type TraceHeaders } from './trace.ts';
