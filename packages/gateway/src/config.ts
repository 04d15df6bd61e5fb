/** The gateway's settings: read from a JSON file, checked as a whole, with every default stated here. */
import { readFileSync } from 'node:fs';
import { GatewayError } from './errors.ts';

export interface GatewayConfig {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 takes a free port, told in the first log line. */
  readonly port: number;
  readonly adminPort: number;
  readonly adminToken: string;
  /** Processes that answer requests. Default 2. */
  readonly workers?: number;
  /** The file with the last known good routes. */
  readonly statePath: string;
  readonly monolithUrl: string;
  readonly controllerUrl?: string;
  readonly controllerToken?: string;
  /** Default `json`, one line per request on standard output. */
  readonly accessLog?: 'json' | 'off';
  /** Names (or prefixes ending in `*`) of request headers a client may not set. Default: x-user-id, x-user, x-forwarded-user, x-auth-*. */
  readonly identityHeaders?: readonly string[];
  /** Addresses whose X-Forwarded-* headers are believed. Default none. */
  readonly trustedProxies?: readonly string[];
  /** Origin of a front end whose browsers may read what the gateway answers by itself, as the programs behind it let them. Default none. */
  readonly allowOrigin?: string;
  /** A folder with `index.html`, `openapi.json` and `asyncapi.json`, shown without a token at `/docs` of the admin port. Default none. */
  readonly docsDirectory?: string;
  readonly limits?: Partial<GatewayLimits>;
}

export interface GatewayLimits {
  /** Largest request body, in bytes; beyond it 413. */
  readonly bodyBytes: number;
  /** Bodies up to this many bytes are read before they are forwarded, so that they can be sent again. */
  readonly bufferedBodyBytes: number;
  readonly connectTimeoutMs: number;
  /** From the request being sent until the answer's head, in milliseconds; beyond it 504. */
  readonly answerTimeoutMs: number;
  /** Longest silence within an answer's body. */
  readonly bodyIdleTimeoutMs: number;
  /** How long requests wait for a program that refuses connections (it restarts) before they fail. */
  readonly restartWindowMs: number;
  /** Sockets per upstream and worker. */
  readonly upstreamConnections: number;
  /** Requests that may wait for a socket, per upstream and worker; beyond it 503. */
  readonly upstreamQueueMax: number;
  /** On SIGTERM, how long requests in flight may take to finish. */
  readonly drainMs: number;
  /** How long a request waits for its client's own write to flow back to the monolith. */
  readonly ownWriteWaitMs: number;
  /** How long a pin outlives its write when the controller does not confirm. */
  readonly pinMs: number;
  /** How long a pin outlives its write when no controller is configured. */
  readonly pinWithoutControllerMs: number;
  /** Pinned clients per extraction; beyond it every client counts as pinned. */
  readonly pinsMax: number;
  /** Shadow exchanges in flight, per worker. */
  readonly shadowConcurrency: number;
  /** Shadow exchanges that may wait, per worker; beyond it they are dropped and counted. */
  readonly shadowQueueMax: number;
  /** Largest answer that is compared, in bytes; larger ones are dropped and counted. */
  readonly shadowBodyBytes: number;
  readonly shadowTimeoutMs: number;
  /** Comparisons of the owner with itself before the first noise rule may exist. */
  readonly noiseSamplesMin: number;
  /** Writes kept per extraction while its routes say `record`; older ones go. */
  readonly recordedWrites: number;
  /** Their size together, per extraction, in bytes. */
  readonly recordedBytes: number;
  /** Days a recorded mismatch is kept. */
  readonly mismatchDays: number;
}

export const defaultLimits: GatewayLimits = {
  bodyBytes: 64 * 1024 * 1024,
  bufferedBodyBytes: 64 * 1024,
  connectTimeoutMs: 2_000,
  answerTimeoutMs: 120_000,
  bodyIdleTimeoutMs: 300_000,
  restartWindowMs: 2_500,
  upstreamConnections: 128,
  upstreamQueueMax: 1_024,
  drainMs: 10_000,
  ownWriteWaitMs: 1_000,
  pinMs: 60_000,
  pinWithoutControllerMs: 2_000,
  pinsMax: 50_000,
  shadowConcurrency: 16,
  shadowQueueMax: 256,
  shadowBodyBytes: 1024 * 1024,
  shadowTimeoutMs: 5_000,
  noiseSamplesMin: 20,
  recordedWrites: 500,
  recordedBytes: 16 * 1024 * 1024,
  mismatchDays: 7,
};

export const defaultIdentityHeaders: readonly string[] = ['x-user-id', 'x-user', 'x-forwarded-user', 'x-auth-*'];

/** A configuration with every default filled in. */
export interface ResolvedConfig {
  readonly host: string;
  readonly port: number;
  readonly adminPort: number;
  readonly adminToken: string;
  readonly workers: number;
  readonly statePath: string;
  readonly monolithUrl: string;
  readonly controllerUrl: string | undefined;
  readonly controllerToken: string | undefined;
  readonly accessLog: 'json' | 'off';
  readonly identityHeaders: readonly string[];
  readonly trustedProxies: readonly string[];
  readonly allowOrigin: string | undefined;
  readonly docsDirectory: string | undefined;
  readonly limits: GatewayLimits;
}

/**
 * Reads and checks the file named by GATEWAY_CONFIG.
 * @throws GatewayError GATEWAY_CONFIG_MISSING, GATEWAY_CONFIG_INVALID
 */
export function readGatewayConfig(environment: NodeJS.ProcessEnv): ResolvedConfig {
  const path = environment['GATEWAY_CONFIG'];
  if (path === undefined || path === '') throw new GatewayError('GATEWAY_CONFIG_MISSING', 'The environment has no GATEWAY_CONFIG.');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new GatewayError('GATEWAY_CONFIG_MISSING', `The configuration file ${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  try {
    return resolveGatewayConfig(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('GATEWAY_CONFIG_INVALID', `The configuration file ${path} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Checks settings of unknown origin and fills in the defaults. @throws GatewayError GATEWAY_CONFIG_INVALID with one line per finding */
export function resolveGatewayConfig(candidate: unknown): ResolvedConfig {
  const findings: string[] = [];
  const given = (typeof candidate === 'object' && candidate !== null ? candidate : {}) as Record<string, unknown>;
  for (const name of Object.keys(given)) if (!knownSettings.has(name)) findings.push(`${name} is not a setting`);
  for (const name of ['port', 'adminPort'])
    if (!isPort(given[name])) findings.push(`${name} must be a port from 0 to 65535, got ${JSON.stringify(given[name])}`);
  if (typeof given['adminToken'] !== 'string' || given['adminToken'].length < 16)
    findings.push('adminToken must be a text of at least 16 characters');
  if (typeof given['statePath'] !== 'string' || given['statePath'] === '')
    findings.push('statePath must be the path of a file to keep the routes in');
  if (!isHttpUrl(given['monolithUrl'])) findings.push(`monolithUrl must be http://host:port, got ${JSON.stringify(given['monolithUrl'])}`);
  if (given['controllerUrl'] !== undefined && !isHttpUrl(given['controllerUrl']))
    findings.push(`controllerUrl must be http://host:port, got ${JSON.stringify(given['controllerUrl'])}`);
  const workers = given['workers'] ?? 2;
  if (!Number.isSafeInteger(workers) || (workers as number) < 1 || (workers as number) > 64)
    findings.push(`workers must be from 1 to 64, got ${JSON.stringify(workers)}`);
  if (!['json', 'off'].includes((given['accessLog'] ?? 'json') as string))
    findings.push(`accessLog must be json or off, got ${JSON.stringify(given['accessLog'])}`);
  for (const name of ['identityHeaders', 'trustedProxies'])
    if (given[name] !== undefined && !isTexts(given[name])) findings.push(`${name} must be a list of texts`);
  if (given['allowOrigin'] !== undefined && !isOrigin(given['allowOrigin']))
    findings.push(`allowOrigin must be an origin such as http://localhost:4300, got ${JSON.stringify(given['allowOrigin'])}`);
  if (given['docsDirectory'] !== undefined && typeof given['docsDirectory'] !== 'string')
    findings.push(`docsDirectory must be the path of a folder, got ${JSON.stringify(given['docsDirectory'])}`);
  const limits = (given['limits'] ?? {}) as Record<string, unknown>;
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(defaultLimits, name)) findings.push(`limits.${name} is not a limit`);
    else if (!Number.isSafeInteger(value) || (value as number) < 0)
      findings.push(`limits.${name} must be a whole number from 0, got ${JSON.stringify(value)}`);
  }
  if (findings.length > 0)
    throw new GatewayError('GATEWAY_CONFIG_INVALID', `The configuration has ${findings.length} error(s): ${findings.join('; ')}`, {
      details: findings,
    });
  const config = given as unknown as GatewayConfig;
  return {
    host: config.host ?? '127.0.0.1',
    port: config.port,
    adminPort: config.adminPort,
    adminToken: config.adminToken,
    workers: workers as number,
    statePath: config.statePath,
    monolithUrl: config.monolithUrl,
    controllerUrl: config.controllerUrl,
    controllerToken: config.controllerToken,
    accessLog: config.accessLog ?? 'json',
    identityHeaders: config.identityHeaders ?? defaultIdentityHeaders,
    trustedProxies: config.trustedProxies ?? [],
    allowOrigin: config.allowOrigin,
    docsDirectory: config.docsDirectory,
    limits: { ...defaultLimits, ...config.limits },
  };
}

const knownSettings = new Set(
  'host port adminPort adminToken workers statePath monolithUrl controllerUrl controllerToken accessLog identityHeaders trustedProxies allowOrigin docsDirectory limits'.split(
    ' ',
  ),
);

function isPort(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 65_535;
}

function isHttpUrl(value: unknown): boolean {
  return typeof value === 'string' && URL.parse(value)?.protocol === 'http:';
}

function isOrigin(value: unknown): boolean {
  return typeof value === 'string' && URL.parse(value)?.origin === value;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
