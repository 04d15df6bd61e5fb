import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCatalogue } from './errors.ts';

test('the README lists every error as the catalogue says it', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const listed = readme.split('\n').filter((line) => line.startsWith('| `PROOF_'));
  expect(listed).toEqual(Object.entries(errorCatalogue).map(([code, { meaning, fix }]) => `| \`${code}\` | ${meaning} | ${fix} |`));
});
