import { describe, expect, test } from 'vitest';
import { errorKind } from './error-kind.ts';

describe('errors of one cause are one kind', () => {
  test.each([
    ['numbers', 'Question 17 is unknown', 'Question 4211 is unknown', 'Question … is unknown'],
    ['signs and fractions', 'balance is -1,204.50', 'balance is 3', 'balance is …'],
    ['ids', 'no user 0190f0c4-0000-7000-8000-00000000beef', 'no user 0190F0C4-1111-7000-8000-00000000CAFE', 'no user …'],
    ['short hexadecimal ids', 'no blob 7f3a9c01', 'no blob 12345678', 'no blob …'],
    ['ids of letters and digits', 'no order 01JD3W4ZK8Q5', 'no order 01JD3W4ZK8Q6XYZ', 'no order …'],
    ['quotes', 'column "a b" is missing', "column 'it' is missing", 'column "…" is missing'],
    ['a quote that holds an apostrophe', "no player 'O'Brien'", "no player 'Ada'", 'no player "…"'],
    ['typographic quotes', 'no “one”', 'no «two»', 'no "…"'],
    ['times', 'late since 2026-11-21T23:37:52.123Z', 'late since 2026-01-02', 'late since …'],
    ['addresses', 'connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED 10.0.0.7:15432', 'connect ECONNREFUSED …'],
    ['links', 'GET http://127.0.0.1:3001/a?b=1 answered 500', 'GET https://host/c answered 502', 'GET … answered …'],
    ['people', 'ada@node-learn.test has left', 'grace.h@sub.node-learn.test has left', '… has left'],
    ['white space', 'no\n  stock', 'no stock ', 'no stock'],
  ])('%s', (_what, one, other, kind) => {
    expect([errorKind(one), errorKind(other)]).toEqual([kind, kind]);
  });
});

test.each([
  ["The consumer's store can't be reached", "The consumer's store can't be reached"],
  ['user_achievements is out of reach', 'user_achievements is out of reach'],
  ['question_refs is out of reach', 'question_refs is out of reach'],
  ['deadlock detected', 'deadlock detected'],
])('words stay: %s', (error, kind) => {
  expect(errorKind(error)).toBe(kind);
});

test('different causes stay apart, and a kind is short and its own kind', () => {
  expect(errorKind('question 1 is unknown')).not.toBe(errorKind('user 1 is unknown'));
  const long = errorKind('no stock of this thing; '.repeat(100));
  expect(long).toHaveLength(300);
  expect(errorKind(errorKind('no user 7f3a9c01 of "x" at 12:30'))).toBe(errorKind('no user 7f3a9c01 of "x" at 12:30'));
});
