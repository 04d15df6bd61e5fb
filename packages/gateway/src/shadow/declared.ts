/** Takes out of answers what a route declares to be drawn or unordered, so that the rest is compared as ever and the draws by their own rule. */
import { createHash } from 'node:crypto';
import type { Draw } from './draw-bank.ts';
import type { InventedRule } from '../route-table.ts';
import { formOf } from './noise.ts';
import { readBody, textOf, type Json } from './read-body.ts';
import type { CapturedAnswer, DeclaredRules, ShadowSample } from './sample.ts';
import { sameAnswer } from './same-answer.ts';

export interface PreparedSample {
  /** To be compared as ever. */
  readonly owner: CapturedAnswer;
  readonly candidate: CapturedAnswer | undefined;
  /** The owner's two answers, to be compared with each other. */
  readonly own: readonly [CapturedAnswer, CapturedAnswer] | undefined;
  /** The candidate's answer is the owner's, byte for byte. */
  readonly identical: boolean;
  /** Of both answers of the owner. */
  readonly ownerDraws: readonly Draw[];
  /** Those of things that the owner has shown too; a thing that only one side shows is found by comparing the rest. */
  readonly candidateDraws: readonly Draw[];
  /** The candidate's whole answer, when it is drawn from the owner's list. */
  readonly drawn: string | undefined;
  /** What the owner's list holds, in the form of `drawn`. */
  readonly listed: ReadonlySet<string>;
}

const placeholder = '(drawn)';
const ofTheBody = new Set(['etag', 'content-length']);

export function prepare(sample: ShadowSample): PreparedSample {
  const { owner, candidate, again, compare } = sample;
  const untouched: PreparedSample = {
    owner,
    candidate,
    own: again === undefined ? undefined : [owner, again],
    identical: candidate !== undefined && sameAnswer(owner, candidate),
    ownerDraws: [],
    candidateDraws: [],
    drawn: undefined,
    listed: new Set(),
  };
  if (compare === undefined) return untouched;
  return compare.drawnFrom === undefined ? prepareParts(sample, compare, untouched) : prepareWhole(sample, compare, untouched);
}

function prepareParts(sample: ShadowSample, compare: DeclaredRules, untouched: PreparedSample): PreparedSample {
  const { owner, candidate, again } = sample;
  const scope = sample.scope ?? sample.route;
  const one = takeApart(owner, compare);
  const two = candidate === undefined ? undefined : takeApart(candidate, compare);
  const other = again === undefined ? undefined : takeApart(again, compare);
  return {
    ...untouched,
    ...(two === undefined || isUntouched(owner, candidate) ? {} : { owner: one.rest, candidate: two.rest }),
    own: other === undefined ? undefined : [one.rest, other.rest],
    ownerDraws: [one, other].flatMap((parts) => (parts === undefined ? [] : drawsOf(scope, parts, parts))),
    candidateDraws: two === undefined ? [] : drawsOf(scope, one, two),
  };
}

/** The whole body is drawn: what is compared as ever is the rest of the answer. */
function prepareWhole(sample: ShadowSample, { draws = [] }: DeclaredRules, untouched: PreparedSample): PreparedSample {
  const { owner, candidate, again, list } = sample;
  const own: PreparedSample['own'] = again === undefined ? undefined : [withBody(owner, placeholder), withBody(again, placeholder)];
  if (candidate === undefined) return { ...untouched, own };
  if (owner.body.length === 0 && candidate.body.length === 0)
    return { ...untouched, own, owner: withBody(owner, ''), candidate: withBody(candidate, '') };
  if (!isDrawn(owner) || !isDrawn(candidate)) return { ...untouched, own };
  const elements = list === undefined ? undefined : readJson(list);
  const texts = (Array.isArray(elements) ? elements : []).map((element: Json) => JSON.stringify(without(element, draws)));
  return {
    ...untouched,
    ...(isUntouched(owner, candidate) ? {} : { owner: withBody(owner, placeholder), candidate: withBody(candidate, placeholder) }),
    own,
    drawn: textOf(candidate),
    listed: new Set(texts),
  };
}

/** A good answer that shows one thing; a refusal is compared as ever. */
function isDrawn(answer: CapturedAnswer): boolean {
  return answer.status < 300 && isObject(readJson(answer));
}

interface Thing {
  /** Its content but for what is drawn, as a hash: what has changed is another thing, of which the owner has shown nothing yet. */
  readonly state: string;
  readonly draws: Readonly<Record<string, readonly string[]>>;
}

interface Parts {
  readonly rest: CapturedAnswer;
  readonly isList: boolean;
  /** By what tells them apart in their answer. */
  readonly things: ReadonlyMap<string, Thing>;
}

function takeApart(answer: CapturedAnswer, { draws = [], anyOrder = false, invented, tokens = [] }: DeclaredRules): Parts {
  const value = readJson(answer);
  const things = new Map<string, Thing>();
  const isList = Array.isArray(value);
  if (!isList && !isObject(value)) return { rest: answer.body.length === 0 ? withBody(answer, '') : answer, isList, things };
  const rest = (isList ? value : [value]).map((thing, index) => {
    if (!isObject(thing)) return thing;
    const remainder = replaceInvented(replaceTokens(replaceDraws(thing, draws), tokens), invented);
    const drawn = draws.flatMap((field) => {
      const elements = thing[field];
      return Array.isArray(elements) ? [[field, elements.map((element) => JSON.stringify(element))] as const] : [];
    });
    const place = isList ? JSON.stringify(thing['id'] ?? `at ${index}`) : '';
    if (drawn.length > 0 && !things.has(place)) things.set(place, { state: hashOf(remainder), draws: Object.fromEntries(drawn) });
    return remainder;
  });
  const ordered = anyOrder && isList ? rest.toSorted(byId) : rest;
  // Spacing is part of what is compared; where a body has any, a space at its end stands for it.
  const spacing = JSON.stringify(value) === textOf(answer) ? '' : ' ';
  const text = `${JSON.stringify(isList ? ordered : ordered[0])}${spacing}`;
  return { rest: withBody(answer, text), isList, things };
}

/** The draws of `shown`, under the states that `known` has for the same things. */
function drawsOf(scope: string, known: Parts, shown: Parts): Draw[] {
  const path = known.isList ? '[].' : '';
  return [...shown.things].flatMap(([place, { draws }]) => {
    const thing = known.things.get(place);
    if (thing === undefined) return [];
    return Object.entries(draws)
      .filter(([field]) => Object.hasOwn(thing.draws, field))
      .map(([field, elements]) => ({ key: `${scope} ${field} ${thing.state}`, path: `${path}${field}`, elements }));
  });
}

/** Both sides say of a made-up value what form it has, and nothing else of it. */
function replaceInvented(thing: Readonly<Record<string, Json>>, rule: InventedRule | undefined): Json {
  if (rule === undefined || Object.entries(rule.where).some(([name, value]) => thing[name] !== value)) return thing;
  return Object.fromEntries(
    Object.entries(thing).map(([name, value]) => [
      name,
      rule.fields.includes(name) ? `(invented ${formOf(JSON.stringify(value))})` : value,
    ]),
  );
}

function replaceTokens(thing: Readonly<Record<string, Json>>, fields: readonly string[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(thing).map(([name, value]) => [name, fields.includes(name) ? saidBy(value) : value]));
}

/** RFC 7519: header and claims. What is no token stays as it is. */
function saidBy(token: Json): Json {
  const [header, claims] = typeof token === 'string' ? token.split('.').map(readTokenPart) : [];
  if (!isObject(header) || !isObject(claims)) return token;
  const { iat } = claims;
  const sinceIssued = (value: Json) => (typeof value === 'number' && typeof iat === 'number' ? value - iat : value);
  const said = Object.entries(claims).map(([name, value]) => [name, ['iat', 'nbf', 'exp'].includes(name) ? sinceIssued(value) : value]);
  return `(token ${JSON.stringify(header)} ${JSON.stringify(Object.fromEntries(said))})`;
}

function readTokenPart(part: string): Json | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;
  } catch {
    return undefined;
  }
}

function replaceDraws(thing: Readonly<Record<string, Json>>, draws: readonly string[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(thing).map(([name, value]) => [name, draws.includes(name) && Array.isArray(value) ? placeholder : value]),
  );
}

function without(element: Json, fields: readonly string[]): Json {
  return isObject(element) ? Object.fromEntries(Object.entries(element).filter(([name]) => !fields.includes(name))) : element;
}

/** What follows from the body is taken as said: the bodies differ, so these must. */
function withBody({ status, headers }: CapturedAnswer, text: string): CapturedAnswer {
  const kept = headers.map((field, index) => (index % 2 === 1 && ofTheBody.has(headers[index - 1]!.toLowerCase()) ? placeholder : field));
  return { status, headers: kept, body: Buffer.from(text) };
}

function readJson(answer: CapturedAnswer): Json | undefined {
  const body = readBody(answer);
  return body.kind === 'json' ? body.value : undefined;
}

/** Equal bodies are left as they are, so that whatever follows from them is compared too. An empty one hides what it follows from: HEAD, 304. */
function isUntouched(owner: CapturedAnswer, candidate: CapturedAnswer | undefined): boolean {
  return candidate !== undefined && owner.body.length > 0 && Buffer.compare(owner.body, candidate.body) === 0;
}

function byId(one: Json, two: Json): number {
  const [left, right] = [one, two].map((value) => (isObject(value) ? JSON.stringify(value['id']) : undefined) ?? '');
  return left === right ? 0 : left! < right! ? -1 : 1;
}

function hashOf(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url');
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
