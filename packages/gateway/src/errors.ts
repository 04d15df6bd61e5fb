/** Everything that can go wrong in the gateway, by stable code, with what to do about it. */

export const gatewayErrors = {
  GATEWAY_CONFIG_MISSING: 'Start the program with GATEWAY_CONFIG=/path/to/gateway.json in its environment.',
  GATEWAY_CONFIG_INVALID: 'Mend the settings named in the message in the file that GATEWAY_CONFIG points to, then start again.',
  GATEWAY_PORT_IN_USE: 'Stop the process named in the message, or choose another port in the configuration.',
  GATEWAY_ROUTE_INVALID: 'Mend the routes named in the message and send the table again; the routes in force are unchanged.',
  GATEWAY_ROUTES_OUTDATED: 'Read the version in force with GET /state and send a table with a higher version.',
  GATEWAY_ROUTES_UNREADABLE:
    'The last known good routes could not be read: move the file named in the message away, then start again and push the routes.',
  GATEWAY_ROUTES_UNWRITABLE: 'Make the folder of statePath writable and send the table again; the routes in force are unchanged.',
  GATEWAY_WORKER_SILENT: 'A worker did not answer in time and was replaced; look at its last log lines for the cause.',
  GATEWAY_ADMIN_REFUSED: 'Send the header "Authorization: Bearer <adminToken>" with the token of the gateway configuration.',
  GATEWAY_ADMIN_UNREACHABLE: 'See that the gateway runs and that adminUrl is its admin address, then try again.',
  GATEWAY_REQUEST_REFUSED: 'The request can be read in two ways and was not forwarded: send it in plain HTTP/1.1 form.',
  GATEWAY_BODY_TOO_LARGE: 'Send a smaller body, or raise limits.bodyBytes in the gateway configuration.',
  GATEWAY_HELD: 'The tables behind this route are just changing owner: repeat the request after the seconds in Retry-After.',
  GATEWAY_UPSTREAM_BUSY: 'Too many requests wait for the program behind the gateway: repeat after the seconds in Retry-After.',
  GATEWAY_UPSTREAM_UNREACHABLE:
    'The program behind the gateway does not accept connections; the request was not sent. Repeat after the seconds in Retry-After.',
  GATEWAY_UPSTREAM_LOST: 'The program behind the gateway broke the connection before it answered; whether a write was done is not known.',
  GATEWAY_UPSTREAM_TIMEOUT: 'The program behind the gateway did not answer in time; whether a write was done is not known.',
} as const;

export type GatewayErrorCode = keyof typeof gatewayErrors;

/** A fault with a stable `code`, a sentence with the value seen, and `fix`: what to do next. */
export class GatewayError extends Error {
  readonly code: GatewayErrorCode;
  readonly fix: string;
  /** One line per finding, for errors that name several (configuration, routes). */
  readonly details: readonly string[];

  constructor(code: GatewayErrorCode, message: string, options: { cause?: unknown; fix?: string; details?: readonly string[] } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.fix = options.fix ?? gatewayErrors[code];
    this.details = options.details ?? [];
  }
}
