import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { authEndpoints } from './auth.ts';
import { openApiDocument, openApiText } from './open-api.ts';

test('openapi.json is current; `node dist/write-open-api.js` writes it anew', () => {
  expect(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8')).toBe(openApiText);
});

test('every endpoint is in it with its effect', () => {
  const { paths } = openApiDocument as { paths: Record<string, Record<string, Record<string, unknown>>> };
  const listed = Object.values(paths).flatMap((operations) => Object.values(operations));
  expect(listed.map((operation) => [operation['operationId'], operation['x-effect']])).toEqual(
    authEndpoints.map(({ name, effect }) => [name, effect]),
  );
});

test('only finishing a sign-in writes, although all three are GET', () => {
  const writing = authEndpoints.filter(({ effect }) => effect.writes.length > 0).map(({ name }) => name);
  expect(writing).toEqual(['auth.finish-sign-in']);
});
