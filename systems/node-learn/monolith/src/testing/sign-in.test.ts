import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GoogleForTests, startGoogleForTests } from './google-for-tests.ts';
import { type RunningProgram, signToken, startProgram } from './running-program.ts';

let google: GoogleForTests;
let program: RunningProgram;
beforeAll(async () => {
  google = await startGoogleForTests();
  program = await startProgram({
    GOOGLE_AUTHORIZE_URL: `${google.url}/authorize`,
    GOOGLE_TOKEN_URL: `${google.url}/token`,
    GOOGLE_USERINFO_URL: `${google.url}/userinfo`,
  });
});
afterAll(async () => {
  await program.stop();
  await google.close();
});

const ada = { sub: 'g-1', given_name: 'Ada', family_name: 'Vale', picture: 'http://pictures.test/ada', email: 'ada@example.test' };

async function signIn(profile: Record<string, string>) {
  google.profiles.set('code', profile);
  return program.call('GET', '/api/auth/google/callback?code=code', { headers: { accept: 'text/plain' } });
}

async function profileAfter(location: string | null) {
  const token = new URL(location ?? '').searchParams.get('token') ?? '';
  return (await program.call('GET', '/api/auth/profile', { token })).json;
}

describe('sign-in', () => {
  it('begins at Google', async () => {
    const expected = `${google.url}/authorize?response_type=code&redirect_uri=${encodeURIComponent(`${program.url}/api/auth/google/callback`)}&scope=email%20profile&client_id=client-of-tests`;
    for (const path of ['/api/auth/google', '/api/auth/google/callback']) {
      const reply = await program.call('GET', path);
      expect([reply.status, reply.text, reply.headers.get('location')]).toEqual([302, '', expected]);
    }
  });

  it('fails for the very first user, whose id the guest has taken, and then works', async () => {
    expect((await signIn(ada)).status).toBe(500);
    const reply = await signIn(ada);
    const location = reply.headers.get('location') ?? '';
    expect([reply.status, reply.text]).toEqual([302, `Found. Redirecting to ${location}`]);
    expect(location).toMatch(/^http:\/\/front\.test\/auth\/callback\?token=/);
    expect(JSON.stringify(await profileAfter(location))).toBe('{"id":2,"email":"ada@example.test","name":"Ada Vale","isAdmin":false}');
  });

  it('refreshes name, email and picture, and keeps the id', async () => {
    const first = await profileAfter((await signIn({ ...ada, sub: 'g-2', email: 'b@example.test' })).headers.get('location'));
    const { family_name: _, ...nameless } = { ...ada, sub: 'g-2', email: 'c@example.test' };
    const second = await profileAfter((await signIn(nameless)).headers.get('location'));
    expect(second).toEqual({ ...first, email: 'c@example.test', name: 'Ada undefined' });
  });

  it('fails when Google reports an error, or the profile cannot be used', async () => {
    const denied = await program.call('GET', '/api/auth/google/callback?error=access_denied');
    expect([denied.status, denied.text]).toEqual([401, '{"message":"Unauthorized","statusCode":401}']);
    expect((await program.call('GET', '/api/auth/google/callback?error=other')).status).toBe(500);
    expect((await program.call('GET', '/api/auth/google/callback?code=unknown')).status).toBe(500);
    expect((await signIn({ ...ada, sub: 'g-3' })).status).toBe(500);
    const { picture: _, ...faceless } = { ...ada, sub: 'g-4', email: 'd@example.test' };
    expect((await signIn(faceless)).status).toBe(500);
  });
});

describe('profile', () => {
  it('tells what the token says, and fails on bad tokens', async () => {
    expect((await program.call('GET', '/api/auth/profile', { token: signToken({ sub: 9, email: 'a@b' }) })).text).toBe(
      '{"id":9,"email":"a@b"}',
    );
    for (const token of ['bad', signToken({ sub: 9, email: 'a@b' }, { expiresIn: -1 })]) {
      expect((await program.call('GET', '/api/auth/profile', { token })).status).toBe(500);
    }
    expect((await program.call('GET', '/api/auth/profile')).status).toBe(500);
    const unusable = await program.call('GET', '/api/auth/profile', { token: signToken({ sub: 9 }) });
    expect([unusable.status, unusable.text]).toEqual([401, '{"message":"Invalid token payload","error":"Unauthorized","statusCode":401}']);
  });
});
