import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfiguration } from './configuration.ts';

test('JSON itself and a file that holds it mean the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'standins-'));
  try {
    const file = join(folder, 'standins.json');
    writeFileSync(file, '{"googlePort":4400}');
    expect(readConfiguration(file)).toEqual(readConfiguration('{"googlePort":4400}'));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every problem is named at once, with what to do', () => {
  expect(() => readConfiguration('{"googlePort":"x","colour":1,"frontendUrl":"ftp://a"}')).toThrowError(
    expect.objectContaining({
      code: 'STANDINS_CONFIG_INVALID',
      message:
        'The stand-ins cannot start: "colour" is not a setting; googlePort is "x", not a port number; frontendUrl is "ftp://a", not an http URL.',
      fix: expect.stringContaining('STANDINS_CONFIG'),
    }),
  );
});

test.each([undefined, '', '[]', '{', '/nowhere.json'])('%j is refused', (text) => {
  expect(() => readConfiguration(text)).toThrowError(expect.objectContaining({ code: 'STANDINS_CONFIG_INVALID' }));
});
