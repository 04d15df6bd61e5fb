import { expect, test } from 'vitest';
import { checkEqual, differences, eventually, ScenarioFailure } from './checks.ts';

test('differences name the path, missing and unexpected fields, and other types', () => {
  const expected = { id: 1, choices: [{ good: true }], gone: 2 };
  expect(differences({ id: '1', choices: [{ good: false }, {}], extra: null }, expected)).toEqual([
    '$.id: expected 1, got "1"',
    '$.choices: expected 1 elements, got 2',
    '$.choices[0].good: expected true, got false',
    '$.gone: missing, expected 2',
    '$.extra: unexpected null',
  ]);
});

test('a long list of differences is cut with its count', () => {
  const many = Array.from({ length: 20 }, (_, index) => index);
  expect(() => checkEqual(many.map(String), many, 'numbers')).toThrow(/and 12 more/);
});

test('eventually waits for what comes and throws the last failure when it does not', async () => {
  let tries = 0;
  const comes = () => {
    tries += 1;
    return tries < 3 ? Promise.reject(new ScenarioFailure('not yet')) : Promise.resolve('here');
  };
  expect(await eventually(comes)).toBe('here');
  await expect(eventually(() => Promise.reject(new ScenarioFailure('never')), { timeoutMs: 50 })).rejects.toThrow('never');
});
