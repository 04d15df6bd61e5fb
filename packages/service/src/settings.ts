/** Reads a service's settings from the environment: every problem is named at once, and no secret is shown. */
import { z } from 'zod';
import { ServiceError } from './errors.ts';

/** A port to listen on; 0 takes a free one. */
export function portSetting() {
  return z
    .string()
    .regex(/^\d{1,5}$/, 'is not a port number')
    .transform(Number)
    .refine((port) => port <= 65_535, 'is not a port number');
}

/** An absolute URL of one of the schemes, kept as written. Default: http and https. */
export function urlSetting(...schemes: readonly string[]) {
  const allowed = schemes.length === 0 ? ['http', 'https'] : schemes;
  return z
    .string()
    .refine((text) => URL.canParse(text) && allowed.includes(new URL(text).protocol.slice(0, -1)), `is not a ${allowed.join(' or ')} URL`);
}

/** A text that must be long enough to keep; its value is never part of a message. */
export function secretSetting(bytesMin: number) {
  return z.string().refine((text) => Buffer.byteLength(text) >= bytesMin, `needs at least ${bytesMin} bytes`);
}

/** A whole number between two bounds, both included. */
export function numberSetting(least: number, most: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `is not a whole number between ${least} and ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `is not between ${least} and ${most}`);
}

/** Names of flags that are on, separated by commas; unknown ones are refused. Nothing is on by default. */
export function flagsSetting<const Name extends string>(known: readonly Name[]) {
  return z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    )
    .refine((names) => names.every((name) => (known as readonly string[]).includes(name)), `may only name ${known.join(', ')}`)
    .transform((names) => new Set(names as Name[]) as ReadonlySet<Name>);
}

/** What every service has. */
export const serviceSettings = z.object({
  /** Port for clients, on HOST. */
  PORT: portSetting(),
  /** Port for /health/live, /health/ready and /metrics. */
  INTERNAL_PORT: portSetting(),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Milliseconds that requests in flight may take after SIGTERM. */
  DRAIN_TIMEOUT_MS: numberSetting(0, 600_000).default(10_000),
});

export type ServiceSettings = z.output<typeof serviceSettings>;

/** An empty variable counts as not set. Throws SERVICE_SETTINGS_INVALID listing every problem. */
export function readSettings<Schema extends z.ZodObject>(schema: Schema, environment: NodeJS.ProcessEnv): z.output<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, environment[name] === '' ? undefined : environment[name]]),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `${name} ${given[name] === undefined ? 'is not set' : issue.message}`;
  });
  throw new ServiceError(
    'SERVICE_SETTINGS_INVALID',
    `${problems.length} of the settings cannot be used: ${[...new Set(problems)].join('; ')}.`,
  );
}
