import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { busFaults } from './errors.ts';
import { crashPoints } from './crash-points.ts';

const code = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => /(?<!\.test)\.ts$/.test(name) && !/^(crash-points|errors)\.ts$/.test(name))
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n');

test('every crash point is passed somewhere in the code', () => {
  expect(crashPoints.filter((name) => !code.includes(`crashPoint('${name}')`))).toEqual([]);
});

test('every error of the catalogue is thrown somewhere in the code', () => {
  expect(Object.keys(busFaults).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});
