import { expect, test } from 'vitest';
import { distinctNameOf, nameOf } from './names.ts';

const user = (firstName: string | null, lastName: string | null) => ({ id: 'an-id', email: 'a@example.test', firstName, lastName });

test.each([
  ['Ada', 'Abel', 'Ada Abel', 'Ada Abel (a@example.test)'],
  ['Ada', null, 'Ada', 'Ada (a@example.test)'],
  ['', ' Abel ', 'Abel', 'Abel (a@example.test)'],
  [null, null, 'a@example.test', 'a@example.test'],
  ['', ' ', 'a@example.test', 'a@example.test'],
])('%s and %s are %s', (firstName, lastName, name, distinctName) => {
  expect([nameOf(user(firstName, lastName)), distinctNameOf(user(firstName, lastName))]).toEqual([name, distinctName]);
});
