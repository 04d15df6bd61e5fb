/** The controller's configuration: one JSON file, named by CONTROLLER_CONFIG. */

import { readFile } from 'node:fs/promises';
import { resolve, dirname } from 'node:path';
import { z } from 'zod';
import { ControllerError } from './errors.ts';

const url = (scheme: RegExp, example: string) => z.string().regex(scheme, `expected a URL such as ${example}`);
const httpUrl = url(/^http:\/\/[^/]+\/?$/, 'http://127.0.0.1:3010');
const databaseUrl = url(/^postgres(ql)?:\/\//, 'postgresql://user:password@127.0.0.1:5432/name');
const token = z.string().min(16, 'expected at least 16 characters');
const command = z.array(z.string()).min(1);
const seconds = z.number().min(0.1).max(86_400);

const settings = z.strictObject({
  port: z.int().min(0).max(65_535),
  token,
  lookToken: token.optional(),
  reachedToken: token.optional(),
  controlDatabaseUrl: databaseUrl,
  system: z.string().min(1),
  programs: z.record(z.string(), z.strictObject({ url: httpUrl, databaseUrl })),
  /** Where events are archived; absent when the system has none. */
  eventStoreUrl: databaseUrl.optional(),
  /** Where they are archived from; absent when the event store is the broker. */
  brokerUrl: url(/^[a-z]+:\/\//, 'amqp://user:password@127.0.0.1:5672').optional(),
  gateways: z.array(z.strictObject({ adminUrl: httpUrl, adminToken: z.string().min(1) })).min(1),
  sidePrograms: z.record(z.string(), z.strictObject({ stop: command, start: command })).default({}),
  verifyEveryS: seconds.default(30),
  verifyTouchedEveryS: seconds.default(5),
  logLevel: z.string().default('info'),
});

const shape = settings.refine(({ brokerUrl, eventStoreUrl }) => brokerUrl === undefined || eventStoreUrl !== undefined, {
  path: ['eventStoreUrl'],
  message: 'expected beside brokerUrl, to archive into',
});

/** All settings, defaults filled in. */
export type ControllerConfig = Readonly<z.infer<typeof shape>>;

/** Reads the file; `system` becomes absolute, relative to the file. Throws `CONTROLLER_CONFIG_MISSING` or `_INVALID` naming the setting. */
export async function readConfig(file: string | undefined): Promise<ControllerConfig> {
  if (file === undefined || file === '') throw new ControllerError('CONTROLLER_CONFIG_MISSING', 'CONTROLLER_CONFIG is not set.');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new ControllerError('CONTROLLER_CONFIG_MISSING', `CONTROLLER_CONFIG names ${file}, which cannot be read.`, { cause: error });
  }
  const config = checkConfig(parseJson(text, file), file);
  return { ...config, system: resolve(dirname(file), config.system) };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ControllerError('CONTROLLER_CONFIG_INVALID', `${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function checkConfig(value: unknown, file: string): ControllerConfig {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const setting = issue === undefined || issue.path.length === 0 ? 'the whole' : issue.path.join('.');
  throw new ControllerError('CONTROLLER_CONFIG_INVALID', `${file}: ${setting} is not as expected: ${issue?.message ?? 'unknown'}.`);
}
