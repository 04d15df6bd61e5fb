import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crashPoints } from './crash-points.ts';

test('every crash point is passed somewhere in the code', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /(?<!\.test)\.ts$/.test(name) && name !== 'crash-points.ts',
  );
  const code = files.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n');
  expect(crashPoints.filter((name) => !code.includes(`crashPoint('${name}')`))).toEqual([]);
});
