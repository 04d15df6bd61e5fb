// Values for a schema: such as it accepts, such as lie on its edges, and such as nobody expects.
import type { JsonSchema } from '@banyan/contract';
import * as fc from 'fast-check';

const numbers = [
  0,
  -0,
  1,
  -1,
  2,
  0.5,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  -(2 ** 31) - 1,
  2 ** 53,
  2 ** 53 + 2,
  1e18,
  1e19,
  1e21,
  1e308,
  -1e308,
  5e-324,
];
const numberTexts = [
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '0x1',
  '0b1',
  '1e0',
  '1e400',
  '01',
  '+1',
  ' 1',
  '1 ',
  '1abc',
  '1_0',
  '1,0',
  '١',
  'NaN',
  'Infinity',
  '-0',
  '--1',
  '9'.repeat(309),
];
const texts = [
  '',
  ' ',
  'null',
  'undefined',
  'true',
  'false',
  'abc',
  '[object Object]',
  '__proto__',
  'constructor',
  'toString',
  '%',
  '%00',
  '%ff',
  '\\',
  '/',
  '..',
  '\r\nX-A: b',

  '\0',
  'a\0b',
  '\ud800',
  '\ufffe',
  '\u202e',
  'é',
  'e\u0301',
  '日本',
  '😀',
  'İ',
  'ß',
  '\u2028',
  "'",
  '"',
  "' or 1=1 --",
  '$1',
  '<script>',
  '{{7*7}}',
  '${7*7}',
  '../../etc/passwd',
  'x'.repeat(5_000),
];
const containers = [
  [],
  [1],
  ['1'],
  [[]],
  [null],
  {},
  { id: 1 },
  { toString: 1 },
  { length: -1 },
  JSON.parse('{"__proto__":{"isAdmin":true}}') as object,
];

/** Any characters, control characters and halves of surrogate pairs among them; `unit: 'binary'` of the library takes seconds to be made. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0x80, max: 0x10_ff_ff })), { maxLength: 40 })
  .map((points) => String.fromCodePoint(...points));

/** Of every kind. */
export const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, ...numbers, ...numberTexts, ...texts, ...containers),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  anyText,
  fc.jsonValue({ maxDepth: 3 }),
);

/** One of each kind, for every field of every body. */
export const edgeValues: readonly unknown[] = [
  null,
  true,
  '',
  ' ',
  '0',
  '1abc',
  '0x1',
  '\0',
  '\ud800',
  'x'.repeat(5_000),
  [],
  {},
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  1e19,
  '9223372036854775808',
];

/** All that are known, for every parameter of a path. */
export const edgeTexts: readonly string[] = [...numbers.map(String), ...numberTexts, ...texts];

/** Such as go into a path or a query. */
export const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...edgeTexts),
  fc.integer().map(String),
  fc.string({ maxLength: 40 }),
  anyText,
);

/** What the schema accepts; for what it says nothing of, anything. */
export function valuesOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { examples } = schema;
  const others = withoutExamples(schema);
  return Array.isArray(examples) && examples.length > 0 ? fc.oneof(fc.constantFrom(...(examples as unknown[])), others) : others;
}

function withoutExamples(schema: JsonSchema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const alternatives = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(alternatives)) return fc.oneof(...(alternatives as JsonSchema[]).map(valuesOf));
  const make = makers[String(schema['type'])];
  return make === undefined ? hostileValues : make(schema);
}

const makers: Readonly<Partial<Record<string, (schema: JsonSchema) => fc.Arbitrary<unknown>>>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: ({ minimum = -(2 ** 31), maximum = 2 ** 31 - 1 }) => fc.integer({ min: clamp(minimum), max: clamp(maximum) }),
  number: () => fc.double({ noNaN: true, noDefaultInfinity: true }),
  string: ({ pattern }) => (typeof pattern === 'string' ? fc.stringMatching(new RegExp(pattern)) : fc.string({ maxLength: 40 })),
  array: ({ items }) => fc.array(valuesOf((items ?? {}) as JsonSchema), { maxLength: 4 }),
  object: ({ properties = {}, required = [] }) => {
    const fields = Object.entries(properties as Record<string, JsonSchema>).map(([name, field]) => [name, valuesOf(field)] as const);
    return fc.record(Object.fromEntries(fields), { requiredKeys: required as string[] });
  },
};

function clamp(value: unknown): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Number(value)));
}
