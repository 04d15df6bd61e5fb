/** What is kept of a mismatch, and shown to whoever looks, has no person and no secret in it: neither where they differ nor where they are the same. */
import { expect, test } from 'vitest';
import { Comparison } from './comparison.ts';
import { Redactor } from './redact.ts';
import type { CapturedAnswer, ShadowSample } from './sample.ts';

const token = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOjcsIm5hbWUiOiJLYW5hcmluYSJ9.c2lnbmF0dXJlLW9mLWthbmFyaW5h';
const known = {
  name: 'Kanarina Zitronengelb',
  email: 'kanarina@leak.test',
  picture: 'https://pictures.leak.test/kanarina.png',
  googleId: '108201234567890123456',
  password: 'hunter2-kanarina',
  token,
};

const person = { id: 7, googleId: known.googleId, email: known.email, name: known.name, picture: known.picture };
const place = { position: 1, user_id: 7, username: known.name };

function answer(body: unknown, headers: readonly string[] = []): CapturedAnswer {
  return { status: 200, headers: ['Content-Type', 'application/json', ...headers], body: Buffer.from(JSON.stringify(body)) };
}

const fields = (change: (value: string) => string) =>
  Object.fromEntries(Object.entries(person).map(([name, value]) => [name, typeof value === 'string' ? change(value) : value]));

/** The shapes in which people are answered, each with a candidate that differs. */
const pairs: Record<string, readonly [CapturedAnswer, CapturedAnswer]> = {
  'another value in every field': [answer([person]), answer([fields((value) => `${value}x`)])],
  'a field that is gone': [answer(person), answer({ id: 7 })],
  'an element that is missing': [answer([person, place]), answer([person])],
  'an element too many': [answer([]), answer([person, place])],
  'another type': [answer({ user: person }), answer({ user: JSON.stringify(person) })],
  'another place on a board': [answer([place]), answer([{ ...place, username: 'Somebody Else' }])],
  'a redirect with a token': [
    { status: 302, headers: ['Location', `http://localhost/auth/callback?token=${token}`], body: Buffer.from('') },
    {
      status: 302,
      headers: ['Location', `http://localhost/auth/callback?token=${token}x&code=${known.password}`],
      body: Buffer.from(''),
    },
  ],
  'a cookie': [answer({}, ['Set-Cookie', `session=${known.password}; Path=/`]), answer({})],
  'an error text': [answer({ message: 'refused' }), answer({ message: `Key (email)=(${known.email}) already exists.` })],
  'a secret in a field': [answer({ password: known.password, token }), answer({ password: '', token: '' })],
  'a body that is no JSON': [
    answer({}),
    { status: 200, headers: ['Content-Type', 'text/plain'], body: Buffer.from(`Redirecting to ?token=${token} for ${known.email}`) },
  ],
};

test.each(Object.keys(pairs))('%s', (name) => {
  const [owner, candidate] = pairs[name]!;
  const comparison = new Comparison({ state: {}, redactor: new Redactor('salt'), samplesMin: 20, keepMs: 1_000, nowMs: () => 0 });
  const path = `/api/people?name=${encodeURIComponent(known.name)}&email=${known.email}&token=${token}&q=${known.password}`;
  const rest = {
    route: 'GET /api/people',
    scope: undefined,
    method: 'GET',
    path,
    failure: undefined,
    compare: undefined,
    list: undefined,
    quiet: true,
  };
  const sample: ShadowSample = { id: 1, owner, candidate, again: undefined, confirms: false, ...rest };
  const expectNobody = () => {
    for (const kept of [JSON.stringify(comparison.report()), JSON.stringify(comparison.state)])
      for (const [what, value] of Object.entries(known)) expect(kept.includes(value) && what, kept).toBe(false);
  };
  const show = (id: number) => {
    comparison.take({ ...sample, id }, 'worker');
    comparison.take({ ...sample, id, again: owner, confirms: true }, 'worker');
  };
  show(1);
  // Kept until enough is known of what the owner differs in from itself.
  const waiting = comparison.report().routes['GET /api/people']?.undecided ?? 0;
  expect(comparison.state['GET /api/people']).toMatchObject({ compared: 1 - waiting, undecided: [] });
  expect(comparison.state['GET /api/people']?.droppedBy).toEqual(waiting === 0 ? {} : { 'undecided-at-restart': waiting });
  expectNobody();
  comparison.tally({ route: rest.route, equal: 40, ownerEqual: 40, dropped: {} });
  show(100);
  expect(comparison.report().routes['GET /api/people']?.mismatches).toBeGreaterThan(0);
  expectNobody();
});
