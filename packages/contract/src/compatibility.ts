/** Finds out whether an event changed in a way that its readers, or the events already stored, cannot follow. */
import type { EventContract } from './event.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';

/** A version of an event as it was released: what readers were promised and what lies in the event store. */
export interface ReleasedEvent {
  readonly type: string;
  readonly version: number;
  readonly key: string;
  readonly data: JsonSchema;
}

export function toReleasedEvent(contract: EventContract): ReleasedEvent {
  return { type: contract.type, version: contract.version, key: contract.key, data: toJsonSchema(contract.data, 'input') };
}

/**
 * Every breaking change as a sentence with what to do; empty when there is none. Within a version only optional fields may be added; anything
 * else is a new version with an upcaster. `released` may hold any versions; a released type that no contract has any more is a break.
 */
export function findBreakingChanges(released: readonly ReleasedEvent[], contracts: readonly EventContract[]): string[] {
  return released.flatMap((before) => {
    const contract = contracts.find(({ type }) => type === before.type);
    if (contract === undefined)
      return [`"${before.type}" was released and is gone: keep it, without a publisher, until nothing stored needs it`];
    if (contract.version < before.version)
      return [`"${before.type}" was released as version ${before.version} and is now ${contract.version}`];
    const key =
      before.key === contract.key ? [] : [`"${before.type}" was ordered by "${before.key}" and is now ordered by "${contract.key}"`];
    const fields = contract.version > before.version ? [] : schemaBreaks('data', before.data, toReleasedEvent(contract).data);
    return [
      ...key,
      ...fields.map((problem) => `"${before.type}" ${before.version}: ${problem}; declare version ${before.version + 1} with an upcaster`),
    ];
  });
}

function schemaBreaks(path: string, before: JsonSchema, after: JsonSchema): string[] {
  if (!isObject(before) || !isObject(after)) {
    return sameSchema(before, after) ? [] : [`${path} was ${shown(before)} and is now ${shown(after)}`];
  }
  const [old, now] = [before.properties, after.properties];
  const required = { before: before.required ?? [], after: after.required ?? [] };
  return [
    ...Object.keys(old)
      .filter((name) => !(name in now))
      .map((name) => `${path}.${name} is gone`),
    ...Object.keys(now)
      .filter((name) => !(name in old) && required.after.includes(name))
      .map((name) => `${path}.${name} is new and not optional`),
    ...Object.keys(now)
      .filter((name) => name in old && required.before.includes(name) !== required.after.includes(name))
      .map((name) => `${path}.${name} ${required.after.includes(name) ? 'was optional and no longer is' : 'has become optional'}`),
    ...Object.keys(old).flatMap((name) => (now[name] === undefined ? [] : schemaBreaks(`${path}.${name}`, old[name] ?? {}, now[name]))),
    ...(before.additionalProperties === undefined && after.additionalProperties === false
      ? [`${path} refuses fields it does not name`]
      : []),
  ];
}

interface ObjectSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: unknown;
}

function isObject(schema: JsonSchema): schema is ObjectSchema {
  return schema['type'] === 'object' && schema['properties'] !== undefined;
}

/** Words for people may change; everything else may not. */
function sameSchema(before: unknown, after: unknown): boolean {
  return shown(before) === shown(after);
}

function shown(schema: unknown): string {
  return JSON.stringify(withoutWords(schema));
}

function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !['title', 'description', 'examples'].includes(name));
  return Object.fromEntries(
    kept.toSorted(([one], [other]) => one.localeCompare(other)).map(([name, inner]) => [name, withoutWords(inner)]),
  );
}
