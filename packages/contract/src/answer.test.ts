import { expect, test } from 'vitest';
import { z } from 'zod';
import { findProblems } from './answer.ts';
import { endpoint } from './endpoint.ts';

const board = endpoint({
  name: 'board.entry',
  method: 'GET',
  path: '/api/board',
  summary: 'One entry',
  caller: 'anyone',
  effect: { reads: ['public.boards'], writes: [] },
  responses: {
    200: { description: 'The entry', body: z.strictObject({ streak: z.int() }) },
    302: { description: 'Elsewhere' },
  },
});

test('an answer as promised has no problems', () => {
  expect(findProblems(board, { status: 200, body: { streak: 3 } })).toEqual([]);
  expect(findProblems(board, { status: 302, body: '' })).toEqual([]);
});

test('a renamed field and a changed type are named by their path', () => {
  expect(findProblems(board, { status: 200, body: { run: 3 } })).toEqual([
    expect.stringContaining('body.streak'),
    expect.stringContaining('"run"'),
  ]);
  expect(findProblems(board, { status: 200, body: { streak: '3' } })).toEqual([expect.stringContaining('body.streak')]);
});

test('a body where none is promised is a problem', () => {
  expect(findProblems(board, { status: 302, body: 'Found' })).toEqual(['302 has a body, and none is declared']);
});

test('a status that is not declared is an error with the declared ones', () => {
  expect(() => findProblems(board, { status: 204 })).toThrowError(
    expect.objectContaining({ code: 'CONTRACT_ANSWER_UNDECLARED', message: '"board.entry" answered 204; it declares 200, 302.' }),
  );
});
