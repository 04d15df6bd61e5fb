// Catalogue, README and code say the same.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crashPoints } from './crash-points.ts';
import { errorCatalogue } from './errors.ts';

const folder = import.meta.dirname;
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('testing'))
  .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
const textBeside = (own: string) =>
  sources
    .filter(({ file }) => file !== own)
    .map(({ text }) => text)
    .join('\n');

describe('the error catalogue', () => {
  it('is the table of the README', () => {
    const readme = readFileSync(join(folder, '..', 'README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| `(REPLICATION_[A-Z_]+)` \| (.+) \|$/gm)].map(([, code, fix]) => [
      code,
      fix?.replaceAll('\\|', '|'),
    ]);
    expect(Object.fromEntries(rows)).toEqual(errorCatalogue);
  });

  it('has no code that nothing throws', () => {
    const used = textBeside('errors.ts');
    expect(Object.keys(errorCatalogue).filter((code) => !used.includes(`'${code}'`))).toEqual([]);
  });
});

describe('the crash points', () => {
  it('are all announced somewhere', () => {
    const used = textBeside('crash-points.ts');
    expect(crashPoints.filter((name) => !used.includes(`crashPoint('${name}')`))).toEqual([]);
  });
});
