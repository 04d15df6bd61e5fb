// Requests for an endpoint: valid ones, ones with one thing wrong, and ones that are wrong altogether.
import { type EndpointContract, toJsonSchema } from '@banyan/contract';
import * as fc from 'fast-check';
import type { ZodObject, ZodType } from 'zod';
import { exampleOf } from '../example-request.ts';
import { edgeTexts, edgeValues, hostileTexts, hostileValues, valuesOf } from './values.ts';

export interface FuzzedContent {
  readonly text: string;
  /** Header lines by name. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface FuzzedRequest {
  readonly caller: 'nobody' | 'garbage' | 'user' | 'admin';
  /** As they stand in the path. */
  readonly params: Readonly<Record<string, string>>;
  /** As it stands behind the question mark. */
  readonly query: string;
  readonly content: FuzzedContent | undefined;
}

export function requestsFor(endpoint: EndpointContract): fc.Arbitrary<FuzzedRequest> {
  const { request = {}, method } = endpoint;
  return fc.record({
    caller: fc.constantFrom<FuzzedRequest['caller']>('nobody', 'garbage', 'user', 'user', 'admin', 'admin'),
    params: segments(request.params),
    query: queries(request.query),
    content: method === 'GET' ? fc.constant(undefined) : contents(request.body),
  });
}

/** What is always asked: the example with each odd text as a parameter, each odd value in a field of the body, and each broken body. */
export function edgeRequestsFor(endpoint: EndpointContract): FuzzedRequest[] {
  const { params, body } = exampleOf(endpoint);
  const example: FuzzedRequest = {
    caller: 'admin',
    params: encodeAll(params),
    query: '',
    content: body === undefined ? undefined : asJson(body),
  };
  const oddParams = Object.keys(params).flatMap((name) =>
    edgeTexts
      .map(encodeSegment)
      .filter(isSegment)
      .map((text) => ({ ...example, params: { ...example.params, [name]: text } })),
  );
  const oddFields = Object.keys(isObject(body) ? body : {}).flatMap((name) =>
    edgeValues.map((value) => ({ ...example, content: asJson({ ...(body as object), [name]: value }) })),
  );
  const broken = endpoint.method === 'GET' ? [] : brokenContents.map((content) => ({ ...example, content }));
  return [example, { ...example, caller: 'nobody' }, { ...example, caller: 'garbage' }, ...oddParams, ...oddFields, ...broken];
}

function encodeAll(params: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, text]) => [name, encodeSegment(text)]));
}

function segments(schema: ZodObject | undefined): fc.Arbitrary<Record<string, string>> {
  const one = (field: ZodType) =>
    fc.oneof(
      { weight: 3, arbitrary: encoded(valuesOf(toJsonSchema(field, 'input')).map(String)) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 60 }).map(String) },
      { weight: 3, arbitrary: encoded(hostileTexts) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('%', '%zz', '%ff', '%c0%af', '%ED%A0%80', '1%', '1%2F2', '%00', '1;a=b', '~', '*', '@1', ':id'),
      },
    );
  return fc.record(Object.fromEntries(Object.entries(schema?.shape ?? {}).map(([name, field]) => [name, one(field as ZodType)])));
}

function encoded(values: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return values.map(encodeSegment).filter(isSegment);
}

function encodeSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed().slice(0, 2_000));
}

/** Never empty, never dots alone: those are other paths. */
function isSegment(text: string): boolean {
  return !['', '.', '..'].includes(text);
}

function queries(schema: ZodObject | undefined): fc.Arbitrary<string> {
  const known = Object.entries(schema?.shape ?? {});
  const pair = (name: string, values: fc.Arbitrary<unknown>) =>
    values.map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value).toWellFormed().slice(0, 1_000))}`);
  const pairs = [
    ...known.map(([name, field]) => pair(name, valuesOf(toJsonSchema(field as ZodType, 'input')))),
    ...known.map(([name]) => pair(name, hostileTexts)),
    ...known.map(([name]) => pair(`${name}[]`, hostileTexts)),
    fc.constantFrom(
      '_t=1',
      '__proto__=1',
      '__proto__[isAdmin]=1',
      'constructor=1',
      '%',
      '%ff=%ff',
      '&&&',
      '=',
      'a[b][c]=1',
      'a'.repeat(2_000),
    ),
  ];
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant('') },
    { weight: 3, arbitrary: fc.array(fc.oneof(...pairs), { maxLength: 4 }).map((all) => all.join('&')) },
  );
}

const json = { 'content-type': 'application/json' };

function asJson(value: unknown): FuzzedContent {
  return { text: JSON.stringify(value), headers: json };
}

function contents(schema: ZodType | undefined): fc.Arbitrary<FuzzedContent | undefined> {
  const valid = schema === undefined ? hostileValues : valuesOf(toJsonSchema(schema, 'input'));
  const oneWrong = fc.tuple(valid, fc.nat(), hostileValues).map(([value, at, hostile]) => withOneField(value, at, hostile));
  return fc.oneof(
    { weight: 4, arbitrary: valid.map(asJson) },
    { weight: 6, arbitrary: oneWrong.map(asJson) },
    {
      weight: 1,
      arbitrary: fc.tuple(valid, hostileValues).map(([value, more]) => asJson(isObject(value) ? { ...value, id: more, more } : value)),
    },
    { weight: 2, arbitrary: hostileValues.map(asJson) },
    { weight: 2, arbitrary: fc.constantFrom(...brokenContents) },
    {
      weight: 1,
      arbitrary: valid.map((value): FuzzedContent => ({
        text: formOf(value),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })),
    },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

function withOneField(value: unknown, at: number, hostile: unknown): unknown {
  if (!isObject(value)) return hostile;
  const names = Object.keys(value);
  const name = names[at % Math.max(1, names.length)];
  return name === undefined ? { hostile } : { ...value, [name]: hostile };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function formOf(value: unknown): string {
  return new URLSearchParams(
    Object.entries(isObject(value) ? value : {}).map(([name, field]): [string, string] => [
      name,
      typeof field === 'string' ? field : JSON.stringify(field),
    ]),
  ).toString();
}

const typed = (type: string, text: string): FuzzedContent => ({ text, headers: { 'content-type': type } });

const brokenContents: readonly FuzzedContent[] = [
  ...[
    '{',
    '[1,',
    '{"a":}',
    "{'a':1}",
    'undefined',
    'NaN',
    '"text"',
    '1',
    'null',
    'true',
    '',
    ' ',
    '\0',
    '{}{}',
    '{"a":1,"a":2}',
    '\ufeff{}',
    '{"a":"\\ud800"}',
    '{"a":1e999}',
  ].map((text) => typed('application/json', text)),
  typed('application/json', '['.repeat(20_000)),
  typed('application/json', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`),
  typed('application/json', JSON.stringify({ a: 'x'.repeat(110_000) })),
  typed('application/json; charset=utf-7', '{}'),
  typed('application/json; charset=latin1', '{}'),
  typed('application/json; charset="', '{}'),
  typed('text/plain', '{"userId":1}'),
  typed('text/xml', '<a/>'),
  typed('multipart/form-data; boundary=x', '--x\r\n\r\n--x--'),
  typed('nonsense', '{}'),
  typed('application/x-www-form-urlencoded', 'a[b][c]=1&__proto__[isAdmin]=1'),
  typed('application/x-www-form-urlencoded', `${'a'.repeat(3)}${'[b]'.repeat(100)}=1`),
  typed('application/x-www-form-urlencoded', 'a=1&'.repeat(2_000)),
  typed('application/x-www-form-urlencoded', '%'),
  { text: '{}', headers: {} },
  { text: '{}', headers: { ...json, 'content-encoding': 'gzip' } },
  { text: '{}', headers: { ...json, 'content-encoding': 'br' } },
  { text: '{}', headers: { ...json, 'content-encoding': 'nonsense' } },
];
