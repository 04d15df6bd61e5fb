import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findLeaks, readFolder } from './leaks.ts';

test('a value is found in any spelling and named with where it is, but not repeated', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leaks-'));
  const value = 'ada@example.test';
  const files = {
    plain: `user ${value}`,
    encoded: `?m=ada%40example.test`,
    basic: Buffer.from(value).toString('base64'),
    clean: 'ada at example',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const found = findLeaks(readFolder(folder), { 'the address': value });
  expect(found.map((line) => line.split(' ')[0])).toEqual(['basic', 'encoded', 'plain']);
  expect(found.join()).not.toContain(value);
  expect(found[2]).toBe('plain has the address: …user ');
  rmSync(folder, { recursive: true });
});
