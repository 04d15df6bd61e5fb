import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { crashPoints } from './crash-points.ts';

it('every listed crash point is announced somewhere, and every announced one is listed', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (it) => it.endsWith('.ts') && !it.includes('crash-points'),
  );
  const texts = files.map((file) => readFileSync(join(import.meta.dirname, file), 'utf8')).join('\n');
  const announced = [...texts.matchAll(/crashPoint\('([^']+)'\)/g)].map((it) => it[1]);
  expect(new Set(announced)).toEqual(new Set(crashPoints));
});
