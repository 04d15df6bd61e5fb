/** One JSON object per line: time, level, service, trace ids, message; never a token or an e-mail address. */
import { pino, type DestinationStream, type Level, type LevelWithSilent, type Logger as PinoLogger } from 'pino';
import { TelemetryError } from './errors.ts';
import { redact } from './redact.ts';
import { currentTrace } from './trace.ts';

export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly service: string;
  /** Default `info`. Throws TELEMETRY_LEVEL_UNKNOWN for a word that is no level. */
  readonly level?: string | undefined;
  /** Default: standard output, written synchronously so that a killed program keeps its last words. */
  readonly destination?: DestinationStream;
}

export const logLevels: readonly LevelWithSilent[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

export function createLogger(options: LoggerOptions): Logger {
  const { service, level = 'info', destination = pino.destination({ fd: 1, sync: true }) } = options;
  if (!isLevel(level)) throw new TelemetryError('TELEMETRY_LEVEL_UNKNOWN', `"${level}" is not a log level.`);
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redact },
      mixin: () => traceFields(),
    },
    destination,
  );
}

function traceFields(): Record<string, string> {
  const trace = currentTrace();
  return trace === undefined ? {} : { traceId: trace.traceId, spanId: trace.spanId, correlationId: trace.correlationId };
}

function isLevel(level: string): level is Level {
  return (logLevels as readonly string[]).includes(level);
}
