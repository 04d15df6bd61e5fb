import type { AuditEntry } from '@banyan/migration/audit';
import { expect, test } from 'vitest';
import { drawEntry } from './audit.ts';

const entry: AuditEntry = {
  seq: 7,
  entryId: 'e7',
  at: '2026-01-02T12:00:00.000Z',
  actor: 'ada',
  action: 'redrive.done',
  extraction: 'quiz',
  reason: 'the database is back',
  detail: { count: 2, outcome: { handled: 1, failed: 1, waiting: 0 } },
  previousHash: '0',
  hash: '1',
};

test.each([
  ['an outcome', {}, '#7  2026-01-02T12:00:00.000Z  ada  redrive.done  quiz  "the database is back"  handled 1, failed 1'],
  ['an error', { detail: { error: 'it is away' }, reason: '' }, '#7  2026-01-02T12:00:00.000Z  ada  redrive.done  quiz  it is away'],
  ['neither', { detail: null, reason: 'b\u0007' }, '#7  2026-01-02T12:00:00.000Z  ada  redrive.done  quiz  "b\u{fffd}"'],
])('an entry with %s is one line', (_what, more, line) => {
  expect(drawEntry({ ...entry, ...more })).toBe(line);
});
