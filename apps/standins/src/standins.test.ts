import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStandins, type Standins } from './standins.ts';

let standins: Standins;
beforeAll(async () => {
  standins = await startStandins({ googlePort: 0 });
});
afterAll(() => standins.close());

const redirectUri = 'http://127.0.0.1:3999/api/auth/google/callback';

function authorize(query: Record<string, string> = {}): Promise<Response> {
  const asked = { response_type: 'code', redirect_uri: redirectUri, scope: 'email profile', client_id: 'client', ...query };
  return fetch(`${standins.google!.authorizeUrl}?${new URLSearchParams(asked).toString()}`, { redirect: 'manual' });
}

async function codeFor(person: string): Promise<string> {
  const location = new URL((await authorize({ as: person })).headers.get('location') ?? '');
  return location.searchParams.get('code') ?? '';
}

function exchange(form: Record<string, string>): Promise<Response> {
  const base = { grant_type: 'authorization_code', client_id: 'client', client_secret: 'secret', redirect_uri: redirectUri };
  return fetch(standins.google!.tokenUrl, { method: 'POST', body: new URLSearchParams({ ...base, ...form }) });
}

async function userInfoOf(person: string): Promise<Record<string, unknown>> {
  const { access_token: token } = (await (await exchange({ code: await codeFor(person) })).json()) as { access_token: string };
  const answer = await fetch(standins.google!.userinfoUrl, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()) as Record<string, unknown>;
}

function control(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${standins.google!.url}/control/people${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
}

describe('signing in', () => {
  test('a chosen person goes the whole way to the user info', async () => {
    expect(await userInfoOf('1001')).toEqual({
      sub: '1001',
      name: 'Ada Lindqvist',
      given_name: 'Ada',
      family_name: 'Lindqvist',
      picture: `${standins.google!.url}/avatars/1001.svg`,
      email: 'ada.lindqvist@example.test',
      email_verified: true,
    });
  });

  test('the state comes back untouched, and a login hint may be an e-mail address', async () => {
    const location = new URL((await authorize({ login_hint: 'ada.lindqvist@example.test', state: 'a b&c' })).headers.get('location') ?? '');
    expect(location.searchParams.get('state')).toBe('a b&c');
    expect(location.searchParams.get('code')).toMatch(/^4\/0A/);
  });

  test('one person has no photo, one no family name, one refuses consent', async () => {
    expect(await userInfoOf('1010')).not.toHaveProperty('picture');
    expect(await userInfoOf('1011')).not.toHaveProperty('family_name');
    expect((await authorize({ as: '1012' })).headers.get('location')).toBe(`${redirectUri}?error=access_denied`);
  });

  test('the page lists everybody as plain links that sign in', async () => {
    const page = await (await authorize()).text();
    const link = /href="([^"]+as=1003[^"]*)"/.exec(page)?.[1]?.replaceAll('&#38;', '&') ?? '';
    expect(page).toContain('Chiyo Marlowe');
    expect(page).not.toContain('<script');
    const answer = await fetch(standins.google!.url + link, { redirect: 'manual' });
    expect(answer.headers.get('location')).toContain(`${redirectUri}?code=`);
  });

  test('the form makes up a new person', async () => {
    const form = {
      response_type: 'code',
      redirect_uri: redirectUri,
      client_id: 'client',
      givenName: 'New',
      familyName: '',
      email: 'new@example.test',
    };
    const answer = await fetch(standins.google!.authorizeUrl, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
    expect(answer.status).toBe(303);
    expect((await authorize({ as: 'new@example.test' })).status).toBe(302);
  });

  test.each([{ response_type: 'token' }, { client_id: '' }, { redirect_uri: 'javascript:1' }, { as: 'nobody' }])(
    'an untrustworthy request %o is answered with a page, never with a redirect',
    async (query) => {
      const answer = await authorize(query);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('location')).toBeNull();
    },
  );
});

describe('codes', () => {
  test('a code works once, also when many try it at the same time', async () => {
    const code = await codeFor('1002');
    const answers = await Promise.all(Array.from({ length: 5 }, () => exchange({ code })));
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([200, 400, 400, 400, 400]);
  });

  test('a code belongs to its client and its redirect address', async () => {
    expect((await exchange({ code: await codeFor('1002'), client_id: 'other' })).status).toBe(400);
    expect(await (await exchange({ code: await codeFor('1002'), redirect_uri: 'http://127.0.0.1/other' })).json()).toMatchObject({
      error: 'redirect_uri_mismatch',
    });
  });

  test('an invented access token is refused', async () => {
    expect((await fetch(`${standins.google!.userinfoUrl}?access_token=x`)).status).toBe(401);
  });
});

describe('controls', () => {
  test('a person is added, renamed, and signs in under the new name', async () => {
    expect((await control('PUT', '/learner-7', { givenName: 'Old', familyName: 'Name', email: 'l7@example.test' })).status).toBe(200);
    expect((await control('PATCH', '/learner-7', { givenName: 'Fresh' })).status).toBe(200);
    expect(await userInfoOf('learner-7')).toMatchObject({ sub: 'learner-7', given_name: 'Fresh', family_name: 'Name' });
  });

  test('a town is added in one request', async () => {
    const people = Array.from({ length: 500 }, (_, index) => ({ id: `t${index}`, givenName: 'T', email: `t${index}@example.test` }));
    expect(await (await control('PUT', '', people)).json()).toEqual({ people: 500 });
    expect(await (await control('GET', '/t499')).json()).toMatchObject({ id: 't499', familyName: null, hasPhoto: true, consents: true });
  });

  test('bad input is answered with a code and what to do', async () => {
    const answer = await control('POST', '', { givenName: '', email: 'x' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error: {
        code: 'STANDINS_PERSON_INVALID',
        message: 'Not usable: givenName = "", email = "x".',
        fix: expect.stringContaining('givenName'),
      },
    });
    expect((await control('PATCH', '/nobody', {})).status).toBe(404);
  });

  test('a taken port is named', async () => {
    const port = Number(new URL(standins.google!.url).port);
    await expect(startStandins({ googlePort: port })).rejects.toMatchObject({ code: 'STANDINS_PORT_TAKEN' });
  });

  test('people are bounded in number', async () => {
    const small = await startStandins({ googlePort: 0, peopleMax: 12 });
    try {
      const body = JSON.stringify({ givenName: 'One', email: 'one@example.test' });
      const answer = await fetch(`${small.google!.url}/control/people`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(507);
    } finally {
      await small.close();
    }
  });
});

test('portraits are SVG, also for ids nobody has', async () => {
  const answer = await fetch(`${standins.google!.url}/avatars/${encodeURIComponent('<x>')}.svg`);
  expect(answer.headers.get('content-type')).toBe('image/svg+xml');
  expect(await answer.text()).toMatch(/^<svg /);
});
