import { expect, test } from 'vitest';
import { type Fault } from './faults.ts';
import { type LedgerLine } from './ledger.ts';
import { measureOutages } from './outages.ts';

function answers(group: string, ...told: [at: number, ok: boolean, ms?: number][]): LedgerLine[] {
  return told.flatMap(([at, ok, ms = 1], index): LedgerLine[] => {
    const id = Number(`${group.length}${index}`);
    return [
      { kind: 'asked', id, run: 'r', at: at - ms, actor: 'a', group, what: 'w', method: 'GET', path: '/', trace: 't' },
      { kind: 'told', id, run: 'r', at, ms, outcome: ok ? 'done' : 'unknown', ok },
    ];
  });
}

const fault = (at: number, ...affects: string[]): Fault => ({ point: 'kill', target: 'auth', affects, at });

test('an outage lasts from the last good answer to the first good one, in the group that suffered longest', () => {
  const lines = [
    ...answers('auth', [900, true], [1010, true], [1100, false], [1300, false], [1500, true], [1600, false], [1700, true]),
    ...answers('stats', [950, true], [1200, true, 180]),
  ];
  const { outages, p95Ms } = measureOutages(lines, [fault(1000, 'auth', 'stats')]);
  expect(outages).toEqual([{ fault: fault(1000, 'auth', 'stats'), group: 'auth', outageMs: 490, slowestMs: 1, bad: 3, recovered: true }]);
  expect(p95Ms).toBe(490);
});

test('no bad answer is no outage, and the slowest good one is told', () => {
  const { outages } = measureOutages(answers('auth', [900, true], [1400, true, 390]), [fault(1000, 'auth')]);
  expect(outages[0]).toMatchObject({ outageMs: 0, slowestMs: 390, bad: 0 });
});

test('each fault answers for the time until the next; one that never ends is said so', () => {
  const lines = answers('auth', [900, true], [1100, false], [1200, true], [2100, false], [2900, false]);
  const { outages } = measureOutages(lines, [fault(2000, 'auth'), fault(1000, 'auth')]);
  expect(outages.map(({ outageMs, recovered }) => [outageMs, recovered])).toEqual([
    [200, true],
    [900, false],
  ]);
});

test('groups that are rarely asked are measured together: their own next request may be half a minute away', () => {
  const often = Array.from({ length: 200 }, (_, index): [number, boolean] => [1000 + index * 200, true]);
  const lines = [
    ...answers('auth', ...often),
    ...answers('admin', [1000, true], [5000, false], [39_000, true]),
    ...answers('nuisance', [1200, true], [5600, true], [38_000, true]),
  ];
  const { outages } = measureOutages(lines, [fault(4900, 'auth', 'admin', 'nuisance')]);
  expect(outages).toMatchObject([{ group: 'rarely asked', outageMs: 700, bad: 1, recovered: true }]);
});
