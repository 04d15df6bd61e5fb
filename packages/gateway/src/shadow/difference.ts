/** Every way in which two answers differ, by field path, with the sibling fields that tell the places apart. */
import { readBody, type Json, type ReadBody } from './read-body.ts';
import type { CapturedAnswer } from './sample.ts';
import { comparableHeaders } from './same-answer.ts';

export type DifferenceKind =
  | 'status' | 'header' | 'header-order' | 'body' | 'value' | 'type' | 'missing' | 'extra'
  | 'missing-element' | 'extra-element' | 'doubled-element' | 'length' | 'order'; // prettier-ignore

export interface Difference {
  /** `[]` stands for any element; `header:etag` and `status` for what is not in the body. */
  readonly path: string;
  readonly kind: DifferenceKind;
  readonly owner: string;
  readonly candidate: string;
  /** Scalar fields beside it that are equal on both sides. */
  readonly context: Readonly<Record<string, string>>;
}

/** How the elements of arrays are matched. */
export interface Matching {
  /** Whether this field is known to vary, so that it cannot tell elements apart. */
  varies(path: string, kind: DifferenceKind): boolean;
  /** Both answers are the owner's: elements with other ids are the same places with varying ids, not missing and extra ones. */
  readonly learning: boolean;
}

const differencesMax = 200;
const contextFieldsMax = 12;
const contextValueMax = 64;

/** Compares whole answers. Body fields that only follow from the body (ETag, Content-Length) count when the bodies are equal. */
export function compareAnswers(owner: CapturedAnswer, candidate: CapturedAnswer, matching: Matching): Difference[] {
  const found: Difference[] = [];
  if (owner.status !== candidate.status) found.push(difference('status', 'status', String(owner.status), String(candidate.status)));
  const sameBytes = Buffer.compare(owner.body, candidate.body) === 0;
  compareHeaders(owner.headers, candidate.headers, sameBytes, found);
  if (!sameBytes) compareBodies(readBody(owner), readBody(candidate), matching, found);
  return found;
}

/** Calls `seen` for every scalar field of an answer's body that both have, with its context: what was looked at, equal or not. */
export function visitScalars(
  owner: CapturedAnswer,
  other: CapturedAnswer,
  seen: (path: string, context: Readonly<Record<string, string>>, equal: boolean) => void,
): void {
  const [one, two] = [readBody(owner), readBody(other)];
  if (one.kind === 'json' && two.kind === 'json') visit(one.value, two.value, '', {}, seen);
}

function visit(
  one: Json,
  two: Json,
  path: string,
  context: Readonly<Record<string, string>>,
  seen: (path: string, context: Readonly<Record<string, string>>, equal: boolean) => void,
): void {
  if (Array.isArray(one) && Array.isArray(two)) {
    const length = Math.min(one.length, two.length);
    const byId = alignById(one, two);
    for (let at = 0; at < length; at++) visit(one[at], byId?.get(idOf(one[at])) ?? two[at]!, `${path}[]`, {}, seen);
  } else if (isObject(one) && isObject(two)) {
    const inner = contextOf(one, two);
    for (const name of Object.keys(one))
      if (Object.hasOwn(two, name)) visit(one[name]!, two[name]!, join(path, name), without(inner, name), seen);
  } else if (isScalar(one) && isScalar(two)) seen(path, context, one === two);
}

function compareHeaders(owner: readonly string[], candidate: readonly string[], sameBytes: boolean, found: Difference[]): void {
  const [one, two] = [fieldsOf(owner), fieldsOf(candidate)];
  const derived = (name: string): boolean => !sameBytes && (name === 'etag' || name === 'content-length');
  for (const [name, value] of one) {
    const other = two.get(name);
    if (other === undefined) found.push(difference(`header:${name}`, 'missing', value, ''));
    else if (other !== value && !derived(name)) found.push(difference(`header:${name}`, 'header', value, other));
  }
  for (const [name, value] of two) if (!one.has(name)) found.push(difference(`header:${name}`, 'extra', '', value));
  const names = (headers: readonly string[]): string =>
    comparableHeaders(headers)
      .map((field) => field.slice(0, field.indexOf(':')))
      .join(', ');
  if (one.size === two.size && found.every(({ path }) => !path.startsWith('header:')) && names(owner) !== names(candidate)) {
    found.push(difference('headers', 'header-order', names(owner), names(candidate)));
  }
}

function fieldsOf(headers: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of comparableHeaders(headers)) {
    const at = field.indexOf(':');
    const name = field.slice(0, at).toLowerCase();
    const before = fields.get(name);
    fields.set(name, before === undefined ? field.slice(at + 2) : `${before}, ${field.slice(at + 2)}`);
  }
  return fields;
}

function compareBodies(owner: ReadBody, candidate: ReadBody, matching: Matching, found: Difference[]): void {
  if (owner.kind === 'json' && candidate.kind === 'json') {
    compareJson(owner.value, candidate.value, '', {}, matching, found);
    // Equal values in other bytes: another key order, spacing or number form.
    if (found.length === 0) found.push(difference('', 'body', owner.text, candidate.text));
  } else found.push(difference('', owner.kind === candidate.kind ? 'body' : 'type', owner.text, candidate.text));
}

function compareJson(
  owner: Json,
  candidate: Json,
  path: string,
  context: Readonly<Record<string, string>>,
  matching: Matching,
  found: Difference[],
): void {
  if (found.length >= differencesMax) return;
  if (Array.isArray(owner) && Array.isArray(candidate)) compareArrays(owner, candidate, path, matching, found);
  else if (isObject(owner) && isObject(candidate)) compareObjects(owner, candidate, path, matching, found);
  else if (typeOf(owner) !== typeOf(candidate)) found.push(difference(path, 'type', show(owner), show(candidate), context));
  else if (owner !== candidate) found.push(difference(path, 'value', show(owner), show(candidate), context));
}

function compareObjects(
  owner: Record<string, Json>,
  candidate: Record<string, Json>,
  path: string,
  matching: Matching,
  found: Difference[],
): void {
  const context = contextOf(owner, candidate);
  for (const name of Object.keys(owner)) {
    const inner = join(path, name);
    if (Object.hasOwn(candidate, name)) compareJson(owner[name]!, candidate[name]!, inner, without(context, name), matching, found);
    else found.push(difference(inner, 'missing', show(owner[name]!), '', context));
  }
  for (const name of Object.keys(candidate)) {
    if (!Object.hasOwn(owner, name)) found.push(difference(join(path, name), 'extra', '', show(candidate[name]!), context));
  }
}

/**
 * Elements are matched by their `id` while ids tell them apart, else by equality, else by place. An element that is missing, extra or
 * doubled is told as such and not as a changed value, so that no rule about values or order can ever explain it.
 */
function compareArrays(owner: readonly Json[], candidate: readonly Json[], path: string, matching: Matching, found: Difference[]): void {
  const element = `${path}[]`;
  const idsTell = owner.every(hasId) && candidate.every(hasId) && owner.length + candidate.length > 0;
  if (idsTell && isUnique(owner.map(idOf)) && !isUnique(candidate.map(idOf))) {
    const doubled = candidate.find((value, at) => candidate.findIndex((other) => idOf(other) === idOf(value)) !== at)!;
    found.push(difference(path, 'doubled-element', '', show(doubled)));
  }
  const alignable = idsTell && isUnique(owner.map(idOf));
  const sameIds = alignable && alignById(owner, candidate) !== undefined;
  const idVaries = matching.learning || matching.varies(join(element, 'id'), 'value');
  if (sameIds || (alignable && !(idVaries && owner.length === candidate.length)))
    return compareById(owner, candidate, path, matching, found);
  const [left, right] = unmatched(owner, candidate);
  if (left.length === 0 && right.length === 0) {
    if (owner.some((value, at) => canonical(value) !== canonical(candidate[at]!)))
      found.push(difference(path, 'order', show(owner), show(candidate)));
    return;
  }
  if (owner.length !== candidate.length) found.push(difference(path, 'length', String(owner.length), String(candidate.length)));
  const inOrder = matching.varies(path, 'order');
  // Where only the order is known to vary, a scalar that is there once too often or not at all is no changed value.
  if (inOrder && (!left.every(isObject) || !right.every(isObject))) {
    for (const value of left) found.push(difference(path, 'missing-element', show(value), ''));
    for (const value of right)
      found.push(
        difference(
          path,
          owner.some((other) => canonical(other) === canonical(value)) ? 'doubled-element' : 'extra-element',
          '',
          show(value),
        ),
      );
    return;
  }
  const [one, two] = inOrder ? [left, right] : [owner, candidate];
  for (let at = 0; at < Math.min(one.length, two.length); at++) compareJson(one[at]!, two[at]!, element, {}, matching, found);
  if (owner.length === candidate.length && isUnique(owner.map(canonical)) && !isUnique(candidate.map(canonical))) {
    found.push(
      difference(
        path,
        'doubled-element',
        '',
        show(candidate.find((value, at) => candidate.slice(0, at).some((other) => canonical(other) === canonical(value)))!),
      ),
    );
  }
}

function compareById(owner: readonly Json[], candidate: readonly Json[], path: string, matching: Matching, found: Difference[]): void {
  const byId = new Map(candidate.map((value) => [idOf(value), value]));
  const ownerIds = new Set(owner.map(idOf));
  for (const value of owner) {
    const other = byId.get(idOf(value));
    if (other === undefined) found.push(difference(path, 'missing-element', show(value), ''));
    else compareJson(value, other, `${path}[]`, {}, matching, found);
  }
  for (const value of candidate) if (!ownerIds.has(idOf(value))) found.push(difference(path, 'extra-element', '', show(value)));
  const common = (values: readonly Json[], others: { has(id: unknown): boolean }): string =>
    values
      .map(idOf)
      .filter((id) => others.has(id))
      .join();
  const ordered = !matching.varies(`${path}[].id`, 'value') && isUnique(candidate.map(idOf));
  if (ordered && common(owner, byId) !== common(candidate, ownerIds)) {
    found.push(difference(path, 'order', owner.map(idOf).join(), candidate.map(idOf).join()));
  }
}

/** What is left on each side when equal elements are paired off. */
function unmatched(owner: readonly Json[], candidate: readonly Json[]): [Json[], Json[]] {
  const counts = new Map<string, number>();
  for (const value of owner) counts.set(canonical(value), (counts.get(canonical(value)) ?? 0) + 1);
  const right = candidate.filter((value) => {
    const count = counts.get(canonical(value)) ?? 0;
    if (count > 0) counts.set(canonical(value), count - 1);
    return count === 0;
  });
  const left = owner.toReversed().filter((value) => {
    const count = counts.get(canonical(value)) ?? 0;
    if (count > 0) counts.set(canonical(value), count - 1);
    return count > 0;
  });
  return [left.toReversed(), right];
}

function alignById(one: readonly Json[], two: readonly Json[]): Map<unknown, Json> | undefined {
  if (one.length !== two.length || !one.every(hasId) || !two.every(hasId)) return undefined;
  const byId = new Map(two.map((value) => [idOf(value), value]));
  return byId.size === two.length && one.every((value) => byId.has(idOf(value))) ? byId : undefined;
}

function contextOf(one: Record<string, Json>, two: Record<string, Json>): Record<string, string> {
  const context: Record<string, string> = {};
  let count = 0;
  for (const [name, value] of Object.entries(one)) {
    if (!isScalar(value) || two[name] !== value) continue;
    const text = String(value);
    if (text.length > contextValueMax) continue;
    context[name] = text;
    count += 1;
    if (count === contextFieldsMax) break;
  }
  return context;
}

function without(context: Record<string, string>, name: string): Record<string, string> {
  if (!Object.hasOwn(context, name)) return context;
  const { [name]: _own, ...rest } = context;
  return rest;
}

function difference(
  path: string,
  kind: DifferenceKind,
  owner: string,
  candidate: string,
  context: Readonly<Record<string, string>> = {},
): Difference {
  return { path, kind, owner, candidate, context };
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name]!)}`)
    .join()}}`;
}

function show(value: Json): string {
  return JSON.stringify(value);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: Json): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null;
}

function hasId(value: Json): boolean {
  return isObject(value) && (typeof value['id'] === 'number' || typeof value['id'] === 'string');
}

function idOf(value: Json): unknown {
  return isObject(value) ? value['id'] : undefined;
}

function isUnique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
