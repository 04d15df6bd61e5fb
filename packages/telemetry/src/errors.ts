/** What can be wrong with how telemetry is set up, with a stable code and what to do about it. */

export interface TelemetryFault {
  readonly summary: string;
  readonly fix: string;
}

export const telemetryFaults = {
  TELEMETRY_LEVEL_UNKNOWN: {
    summary: 'The log level is not one that exists.',
    fix: 'Set LOG_LEVEL to trace, debug, info, warn, error, fatal or silent',
  },
} as const satisfies Record<string, TelemetryFault>;

export type TelemetryErrorCode = keyof typeof telemetryFaults;

/** A telemetry that cannot be set up: `code` never changes, `message` names the value seen, `fix` says what to do. */
export class TelemetryError extends Error {
  readonly code: TelemetryErrorCode;
  readonly fix: string;

  constructor(code: TelemetryErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'TelemetryError';
    this.code = code;
    this.fix = telemetryFaults[code].fix;
  }
}
