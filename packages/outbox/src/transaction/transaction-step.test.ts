import { expect, test } from 'vitest';
import { toTransactionStep } from './transaction-step.ts';

test.each([
  ['COMMIT', { kind: 'commit' }],
  ['commit;', { kind: 'commit' }],
  [' end transaction', { kind: 'commit' }],
  ['rollback', { kind: 'rollback' }],
  ['ABORT WORK', { kind: 'rollback' }],
  ['savepoint Sp1', { kind: 'savepoint', name: 'sp1' }],
  ['SAVEPOINT "Sp ""1"', { kind: 'savepoint', name: 'Sp "1' }],
  ['rollback to sp1', { kind: 'rollback-to', name: 'sp1' }],
  ['ROLLBACK WORK TO SAVEPOINT sp1', { kind: 'rollback-to', name: 'sp1' }],
  ['rollback to savepoint "sp1"', { kind: 'rollback-to', name: 'sp1' }],
  ['release sp1', { kind: 'release', name: 'sp1' }],
  ['RELEASE SAVEPOINT "sp1"', { kind: 'release', name: 'sp1' }],
  ['begin', undefined],
  ['insert into commits values (1)', undefined],
  ['select commit from logs', undefined],
  ['endpoint', undefined],
])('%s', (statement, step) => {
  expect(toTransactionStep(statement)).toEqual(step);
});
