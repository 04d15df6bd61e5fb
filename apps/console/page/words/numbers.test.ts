import { expect, test } from 'vitest';
import { ageText, bytesText, countOf, durationText, rateText, timeText } from './numbers.ts';

test('every number has its unit', () => {
  expect([0.4, 12.6, 999, 1_200, 90_000, 7_200_000].map(durationText)).toEqual(['400 µs', '13 ms', '999 ms', '1.2 s', '2 min', '2.0 h']);
  expect([0, 59_900, 61_000, 7_300_000, 90_000_000].map(ageText)).toEqual(['now', '59 s ago', '1 min ago', '2 h ago', '1 d ago']);
  expect([0, 1023, 1024, 5_000_000].map(bytesText)).toEqual(['0 B', '1023 B', '1.0 KiB', '4.8 MiB']);
  expect([0, 12.34, 1234.5].map(rateText)).toEqual(['0.0/s', '12.3/s', '1,235/s']);
  expect([countOf(1, 'row'), countOf(2_000, 'row'), countOf(0, 'key')]).toEqual(['1 row', '2,000 rows', '0 keys']);
});

test('a time of another day comes with its date', () => {
  const at = new Date(2026, 4, 3, 7, 8, 9);
  expect(timeText(at.toISOString(), at)).toBe('07:08:09');
  expect(timeText(at.toISOString(), new Date(2026, 4, 4))).toBe('3 May 07:08:09');
  expect(timeText('never')).toBe('never');
});
