/** Schemas as documents show them: JSON Schema 2020-12 without a dialect inside. */
import { toJSONSchema, type ZodType } from 'zod';

/** A JSON value that follows JSON Schema 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** `input` is what may be given, `output` what comes out. */
export function toJsonSchema(schema: ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = toJSONSchema(schema, { target: 'draft-2020-12', io });
  return rest;
}
