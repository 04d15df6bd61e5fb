/** What the README says about errors, limits and crash points is what the code has. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defaultLimits } from './config.ts';
import { crashPoints } from './crash-points.ts';
import { gatewayErrors } from './errors.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(join(import.meta.dirname, file), 'utf8') }));

function rowsOf(heading: string): string[][] {
  const section = readme.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}

it('lists every error with what to do', () => {
  expect(Object.fromEntries(rowsOf('Errors'))).toEqual(gatewayErrors);
});

it('lists every limit with its default', () => {
  expect(Object.fromEntries(rowsOf('Limits').map(([name, value]) => [name, Number(value!.replaceAll(',', ''))]))).toEqual(defaultLimits);
});

it('reaches every crash point in the code', () => {
  for (const name of crashPoints) {
    expect(sources.some(({ file, text }) => file !== 'crash-points.ts' && text.includes(`crashPoint('${name}')`)) ? 'found' : name).toBe(
      'found',
    );
  }
});

it('throws or sends every error it lists', () => {
  for (const code of Object.keys(gatewayErrors))
    expect(sources.some(({ file, text }) => file !== 'errors.ts' && text.includes(`'${code}'`)) ? 'found' : code).toBe('found');
});
