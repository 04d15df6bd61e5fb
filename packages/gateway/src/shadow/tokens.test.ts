/** Of a signed token what it says is compared, and not when it was signed. */
import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { Comparison } from './comparison.ts';
import { Redactor } from './redact.ts';
import type { CapturedAnswer } from './sample.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const good = { sub: 'ada', role: 'AGENT', iat: 1_000, exp: 1_600 };

function sign(claims: object, alg = 'HS256'): string {
  const content = `${encode({ alg, typ: 'JWT' })}.${encode(claims)}`;
  return `${content}.${createHmac('sha256', 'secret').update(content).digest('base64url')}`;
}

function answer(token: unknown): CapturedAnswer {
  const text = JSON.stringify({ user: 'ada', token });
  return { status: 201, headers: ['Content-Type', 'application/json', 'ETag', `"${text}"`], body: Buffer.from(text) };
}

function mismatches(owner: unknown, candidate: unknown): number {
  const comparison = new Comparison({ state: {}, redactor: new Redactor('salt'), samplesMin: 5, keepMs: 1e9, nowMs: () => 0 });
  const fixed = { route: 'r', scope: 's', method: 'POST', path: '/', failure: undefined, list: undefined, quiet: true };
  const sample = { ...fixed, compare: { tokens: ['token'] }, owner: answer(owner), again: answer(owner) };
  comparison.tally({ route: 'r', equal: 10, ownerEqual: 10, dropped: {} });
  const last = { ...sample, id: 1, candidate: answer(candidate) };
  for (let wants = comparison.take({ ...last, confirms: false }, 'w'); wants;) wants = comparison.take({ ...last, confirms: true }, 'w');
  return comparison.report().routes['r']!.mismatches;
}

it('explains another time of signing', () => {
  expect(mismatches(sign(good), sign({ ...good, iat: 1_003, exp: 1_603 }))).toBe(0);
});

it.each<[string, unknown]>([
  ['another role', sign({ ...good, role: 'ADMIN' })],
  ['another lifetime', sign({ ...good, exp: 1_601 })],
  ['no end', sign({ sub: 'ada', role: 'AGENT', iat: 1_000 })],
  ['a claim more', sign({ ...good, email: 'x' })],
  ['another order of claims', sign({ role: 'AGENT', sub: 'ada', iat: 1_000, exp: 1_600 })],
  ['another algorithm', sign(good, 'HS512')],
  ['no token', 'x.y.z'],
  ['null', null],
])('catches %s', (_what, candidate) => {
  expect(mismatches(sign(good), candidate)).toBe(1);
});
