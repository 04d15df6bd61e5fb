import { findFolderProblems } from '@banyan/contract/contract-folder';
import { expect, test } from 'vitest';
import { endpoints } from './endpoints.ts';
import { contracts } from './system.ts';

test('what `node dist/write-documents.js` writes is current, and leaves no reader and no stored event behind', () => {
  expect(findFolderProblems(new URL('../', import.meta.url), contracts)).toEqual([]);
});

test('finishing a sign-in writes although it is GET; no other GET does, and everything else does', () => {
  const odd = endpoints.filter(({ method, effect }) => (method === 'GET') === effect.writes.length > 0);
  expect(odd.map(({ name, method }) => `${method} ${name}`)).toEqual(['GET auth.finish-sign-in']);
});
