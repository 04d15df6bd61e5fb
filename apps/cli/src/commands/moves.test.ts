import { expect, test } from 'vitest';
import type { Gate } from '@banyan/migration/gate-facts';
import { describeGates } from './moves.ts';

const gate = (name: string, status: Gate['status'], message: string): Gate => ({
  name,
  status,
  message,
  isHard: false,
  numbers: {},
  samples: [],
});
const plain = (lines: readonly string[]) => lines.map((line) => line.trim());

test('gates stand below each other, and what is judged again is said when it is open or has just opened', () => {
  const lag = gate('lag', 'pass', '2 ms.');
  const first = [lag, gate('shadow', 'wait', '1 of 60.')];
  expect(plain(describeGates({ message: 'To canary 50 %: lag: 2 ms. shadow: 1 of 60. Waiting up to 120 s.' }, first, []))).toEqual([
    '● gates        To canary 50 %   Waiting up to 120 s.',
    '✔ lag: 2 ms.',
    '… shadow: 1 of 60.',
  ]);
  const second = [lag, gate('shadow', 'wait', '30 of 60.')];
  expect(plain(describeGates({ message: 'To canary 50 %: …' }, second, first))).toEqual(['… shadow: 30 of 60.']);
  const third = [lag, gate('shadow', 'pass', '61 of 60.')];
  expect(plain(describeGates({ message: 'To canary 50 %: …' }, third, second))).toEqual(['✔ shadow: 61 of 60.']);
  expect(plain(describeGates({ message: 'To canary 100 %: …' }, [lag], third))).toEqual(['● gates        To canary 100 %', '✔ lag: 2 ms.']);
});
