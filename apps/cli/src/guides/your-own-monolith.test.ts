/** The guide for a monolith of one's own, executed: its blocks are the files and the commands, and what it shows is what is seen. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findFreePorts } from '../programs/ports.ts';
import { missingLine, readBlocks, Reader } from './testing/guide.ts';

const root = join(import.meta.dirname, '../../../..');
const guide = join(root, 'docs/guides/your-own-monolith.md');

let folder: string;
let reader: Reader;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'banyan-guide-'));
  chmodSync(folder, 0o755); // as root, PostgreSQL runs as a user that may not look into a folder of root
  symlinkSync(root, join(folder, 'banyan'));
  const { BANYAN_ROOT: _ours, NODE_OPTIONS: _its, ...environment } = process.env;
  const path = `${dirname(process.execPath)}:${environment['PATH']}`;
  reader = new Reader(folder, {
    ...environment,
    PATH: path,
    NO_COLOR: '1',
    npm_config_offline: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  });
});
afterEach(async () => {
  await reader.leave();
  rmSync(folder, { recursive: true, force: true });
});

test('what the guide says happens', async () => {
  await reader.follow(readBlocks(await adapted(readFileSync(guide, 'utf8'))));
  expect(readBlocks(readFileSync(guide, 'utf8')).filter(({ kind }) => kind === 'seen').length).toBeGreaterThan(15);
});

/** On ports that are free here, and with nothing fetched from a registry: what a service of one's own would install lies in the clone. */
async function adapted(text: string): Promise<string> {
  const spoken = ['3000', '5433', '8080'];
  const free = await findFreePorts(spoken.length);
  const withPorts = spoken.reduce((so, port, index) => so.replaceAll(port, String(free[index])), text);
  return withPorts.replaceAll('npm install pg ', 'npm install ../banyan/node_modules/pg ');
}

test('a line that is not said is missed, also one that is said too early', () => {
  expect(missingLine('✔ tools   …  12 rows', '  ✔ tools      copied in 7 s, 3 rows')).toBeUndefined();
  expect(missingLine('✔ tools', '  ✖ tools')).toBe('✔ tools');
  expect(missingLine('first\nsecond', 'second\nfirst')).toBe('second');
});

test('a block is what its first line says', () => {
  const text = [
    '```sh',
    'ls',
    '```',
    '',
    '```js a/b.js',
    'x',
    '```',
    '```text',
    'no',
    '```',
    '```sh terminal',
    'run',
    '```',
    '<!-- ctrl-c: run -->',
  ].join('\n');
  expect(readBlocks(text).map(({ kind, line, ...block }) => [kind, line, block.text])).toEqual([
    ['run', 1, 'ls\n'],
    ['file', 5, 'x\n'],
    ['terminal', 11, 'run\n'],
    ['end', 14, 'run'],
  ]);
});
