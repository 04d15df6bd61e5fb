import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger, readLedger } from './ledger.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'proof-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a line is readable by others as soon as write returns', async () => {
  const path = join(folder, 'ledger.jsonl');
  const ledger = openLedger(path, { run: 'one', facts: { seed: 1 } });
  ledger.write({ kind: 'asked', id: 1, run: 'one', at: 5, actor: 'a', group: 'g', what: 'w', method: 'GET', path: '/', trace: 't' });
  const lines = await readLedger(path);
  expect(lines.map((line) => line.kind)).toEqual(['run', 'asked']);
  ledger.close();
});

test('a torn last line is skipped, and the next run starts on a line of its own', async () => {
  const path = join(folder, 'ledger.jsonl');
  openLedger(path, { run: 'one' }).close();
  appendFileSync(path, '{"kind":"asked","id":1');
  openLedger(path, { run: 'two' }).close();
  const lines = await readLedger(path);
  expect(lines.map((line) => line.run)).toEqual(['one', 'two']);
});
