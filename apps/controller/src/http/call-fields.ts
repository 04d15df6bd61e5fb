/** Fields of a call: query parameters and bodies, with a plain word about one that is not as expected. */

import type { z } from 'zod';
import { ControllerError } from '../errors.ts';
import type { Call } from './json-server.ts';

export function textOf(call: Call, name: string): string | undefined {
  return call.query.get(name) ?? undefined;
}

export function requiredText(call: Call, name: string): string {
  const value = textOf(call, name);
  if (value !== undefined && value !== '') return value;
  throw new ControllerError('CONTROLLER_REQUEST_INVALID', `The query parameter "${name}" is missing.`);
}

export function limitOf(call: Call, fallback: number): number {
  const text = textOf(call, 'limit');
  const limit = text === undefined ? fallback : Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit;
  throw new ControllerError(
    'CONTROLLER_REQUEST_INVALID',
    `The query parameter "limit" must be a whole number from 1 to 10000; it is "${text}".`,
  );
}

/** Of several parameters those that are given. */
export function textsOf<const Name extends string>(call: Call, names: readonly Name[]): { readonly [Each in Name]?: string } {
  const given = names.flatMap((name) => {
    const value = textOf(call, name);
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  return Object.fromEntries(given) as { readonly [Each in Name]?: string };
}

/** Throws CONTROLLER_REQUEST_INVALID naming the first field that is not as the schema has it. */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const read = schema.safeParse(body ?? {});
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new ControllerError('CONTROLLER_REQUEST_INVALID', `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'unknown'}.`);
}
