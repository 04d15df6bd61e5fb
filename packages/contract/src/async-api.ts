/** Writes events down as an AsyncAPI 3.0 document: one channel per type, one operation per program and direction. */
import { type CatalogueEntry, publishersOf } from './catalogue.ts';
import { eventSchemaUri } from './envelope.ts';
import { toJsonSchema } from './json-schema.ts';
import type { ApiDescription } from './open-api.ts';

/** A JSON value that follows the AsyncAPI 3.0 specification. */
export type AsyncApiDocument = Readonly<Record<string, unknown>>;

/** Events in the order of the catalogue; fields about a person carry `x-personal`. */
export function toAsyncApi(api: ApiDescription, catalogue: readonly CatalogueEntry[]): AsyncApiDocument {
  return {
    asyncapi: '3.0.0',
    info: { title: api.title, version: api.version, description: api.description },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(catalogue.map((entry) => [entry.contract.type, channelOf(entry)])),
    operations: Object.fromEntries(catalogue.flatMap(operationsOf)),
    components: { messages: Object.fromEntries(catalogue.map((entry) => [entry.contract.type, messageOf(entry)])) },
  };
}

function channelOf(entry: CatalogueEntry): Record<string, unknown> {
  const { contract } = entry;
  return {
    address: contract.type,
    description: `Ordered by "${contract.key}".`,
    messages: { event: { $ref: `#/components/messages/${contract.type}` } },
    ...(publishersOf(entry).length === 0 ? { 'x-retired': true } : {}),
  };
}

function operationsOf(entry: CatalogueEntry): [string, Record<string, unknown>][] {
  const { contract, consumers } = entry;
  const channel = { $ref: `#/channels/${contract.type}` };
  const messages = [{ $ref: `#/channels/${contract.type}/messages/event` }];
  const named = (program: string, action: 'send' | 'receive'): [string, Record<string, unknown>] => [
    `${program}.${action}.${contract.type}`,
    { action, channel, messages, 'x-program': program },
  ];
  return [...publishersOf(entry).map((publisher) => named(publisher, 'send')), ...consumers.map((consumer) => named(consumer, 'receive'))];
}

function messageOf({ contract }: CatalogueEntry): Record<string, unknown> {
  const { type, version, summary, key, data, personal = [] } = contract;
  return {
    name: type,
    title: `${type}, version ${version}`,
    summary,
    contentType: 'application/cloudevents+json',
    'x-version': version,
    'x-key': key,
    ...(personal.length === 0 ? {} : { 'x-personal': personal }),
    payload: envelopeSchemaOf(type, version, toJsonSchema(data, 'input')),
  };
}

function envelopeSchemaOf(type: string, version: number, data: unknown): Record<string, unknown> {
  const text = { type: 'string' };
  return {
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'dataschema', 'data', 'correlationid', 'partitionkey', 'sequence'],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', format: 'uuid' },
      source: text,
      type: { const: type },
      subject: text,
      time: { type: 'string', format: 'date-time' },
      datacontenttype: { const: 'application/json' },
      dataschema: { const: eventSchemaUri(type, version) },
      correlationid: text,
      causationid: text,
      partitionkey: text,
      sequence: { type: 'string', pattern: '^\\d{19}$' },
      traceparent: text,
      data,
    },
  };
}
