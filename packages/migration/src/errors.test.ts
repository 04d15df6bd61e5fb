import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorCatalogue } from './errors.ts';

it('the README lists exactly the codes of the catalogue, with their meaning', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `(MIGRATION_[A-Z_]+)` \| (.+?) \|$/gm)].map((it) => [it[1], it[2]]);
  expect(rows).toEqual(Object.entries(errorCatalogue).map(([code, { meaning }]) => [code, meaning]));
});
