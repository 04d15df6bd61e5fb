import { readdirSync, readFileSync } from 'node:fs';
import { findBreakingChanges, type ReleasedEvent } from '@banyan/contract';
import { describe, expect, test } from 'vitest';
import { asyncApiDocument, currentEvents, documentToText, eventsPage, openApiDocument, releasedFileName } from './documents.ts';
import { endpoints } from './endpoints.ts';
import { events } from './events.ts';

const folder = new URL('../', import.meta.url);
const textOf = (name: string) => readFileSync(new URL(name, folder), 'utf8');

describe('documents that `node dist/write-documents.js` writes', () => {
  test('openapi.json is current', () => {
    expect(textOf('openapi.json')).toBe(documentToText(openApiDocument));
  });

  test('asyncapi.json is current', () => {
    expect(textOf('asyncapi.json')).toBe(documentToText(asyncApiDocument));
  });

  test('EVENTS.md is current', () => {
    expect(textOf('EVENTS.md')).toBe(eventsPage);
  });
});

describe('released versions of events', () => {
  const released = readdirSync(new URL('released/', folder))
    .toSorted()
    .map((name) => ({ name, event: JSON.parse(textOf(`released/${name}`)) as ReleasedEvent }));

  test('every present version has its file, and every file is named after what it holds', () => {
    const names = released.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(currentEvents.map(releasedFileName)));
    expect(names).toEqual(released.map(({ event }) => releasedFileName(event)));
  });

  const contracts = events.map(({ contract }) => contract);

  test('no reader and no stored event is left behind by the present contracts', () => {
    expect(
      findBreakingChanges(
        released.map(({ event }) => event),
        contracts,
      ),
    ).toEqual([]);
  });

  test('a field that is gone, a tightened one, and a type that is gone would each be told', () => {
    const [first, ...rest] = released.map(({ event }) => event);
    const data = first?.data as { properties: Record<string, unknown>; required: string[] };
    const changed = { ...data, properties: { ...data.properties, more: { type: 'string' } }, required: [...data.required, 'more'] };
    expect(findBreakingChanges([{ ...(first as ReleasedEvent), data: changed }, ...rest], contracts)).toEqual([
      expect.stringContaining('data.more is gone'),
    ]);
    expect(
      findBreakingChanges(
        released.map(({ event }) => event),
        contracts.slice(1),
      ),
    ).toEqual([expect.stringContaining('"user.created" was released and is gone')]);
  });
});

test('every endpoint is in OpenAPI with its effect', () => {
  const { paths } = openApiDocument as { paths: Record<string, Record<string, Record<string, unknown>>> };
  const listed = Object.values(paths).flatMap((operations) => Object.values(operations));
  expect(listed.map((operation) => [operation['operationId'], operation['x-effect']])).toEqual(
    endpoints.map(({ name, effect }) => [name, effect]),
  );
});

test('finishing a sign-in writes although it is GET; no other GET does, and everything else does', () => {
  const odd = endpoints.filter(({ method, effect }) => (method === 'GET') === effect.writes.length > 0);
  expect(odd.map(({ name, method }) => `${method} ${name}`)).toEqual(['GET auth.finish-sign-in']);
});
