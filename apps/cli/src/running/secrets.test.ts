import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepSecrets } from './secrets.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-secrets-'));
  file = join(folder, 'run', 'secrets.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('secrets are made at the first start, 32 random bytes each, and kept', () => {
  const first = keepSecrets(file, ['JWT_SECRET', 'SERVICE_SECRET']);
  const values = Object.values(first);
  expect(values.map((value) => Buffer.from(value, 'base64url').length)).toEqual([32, 32]);
  expect(new Set(values).size).toBe(2);
  expect(keepSecrets(file, ['JWT_SECRET', 'SERVICE_SECRET'])).toEqual(first);
  const more = keepSecrets(file, ['JWT_SECRET', 'SERVICE_SECRET', 'another']);
  expect(more).toMatchObject(first);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(more);
  expect(keepSecrets(join(folder, 'other', 'secrets.json'), ['JWT_SECRET'])).not.toMatchObject({ JWT_SECRET: first['JWT_SECRET'] });
});

test('only their user can read them, also when the file was open to others', () => {
  keepSecrets(file, ['a']);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  for (const names of [['a'], ['a', 'b']]) {
    chmodSync(file, 0o644);
    keepSecrets(file, names);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
});

test('a file that cannot be read is not overwritten, and the message repeats nothing of it', () => {
  keepSecrets(file, ['a']);
  writeFileSync(file, '{"a":"half of"x');
  expect(() => keepSecrets(file, ['a'])).toThrowError(
    expect.objectContaining({ code: 'CLI_FOLDER_UNUSABLE', message: expect.not.stringContaining('half of') }),
  );
  expect(readFileSync(file, 'utf8')).toBe('{"a":"half of"x');
});
