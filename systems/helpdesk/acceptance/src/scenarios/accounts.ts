// A1 to A6, A44: who signs up, who comes in, and what bad tokens are good for.
import { type AcceptanceTarget, checkEqual, checkThat, claimsOf, eventually, signToken, unsignedToken } from '@banyan/proof';
import { checkFailed, checkKeys, checkRefused, checkUnauthorized, oddFields, userKeys } from '../bodies.ts';
import { scenario } from '../define.ts';

interface Claims {
  readonly sub: string;
  readonly email: string;
  readonly role: string;
  readonly iat: number;
  readonly exp: number;
}

interface SignedUp {
  readonly user: Readonly<Record<string, unknown>> & { readonly id: string };
  readonly token: string;
}

const atOnce = 3;

const emptySignUp = [
  'email should not be empty',
  'email must be an email',
  'password should not be empty',
  'password must be longer than or equal to 6 characters',
  'password must be a string',
];

export const accounts = [
  scenario('A1', 'who signs up without names is an agent, and the token works at once', async (stage) => {
    const asked = { email: stage.freshEmail(), password: 'secret' };
    const answer = await stage.client.post('/auth/signup', asked);
    checkEqual(answer.status, 201, `sign-up: ${answer.text}`);
    const person = stage.keep(asked, answer);
    const { user, ...rest } = answer.json() as SignedUp;
    checkKeys({ user, ...rest }, ['user', 'token'], 'sign-up');
    checkKeys(user, [...userKeys, 'createdAt', 'role'], 'user');
    checkEqual(
      { ...user, createdAt: 'some' },
      { id: person.id, email: asked.email, firstName: null, lastName: null, createdAt: 'some', role: 'AGENT' },
      'user',
    );
    checkEqual(oddFields(user), [], 'id and times');
    checkEqual(await stage.ok('/tickets', person), [], 'own tickets');
    const names = { firstName: 'Vera', lastName: '' };
    const named = await stage.person(names);
    const { user: shown } = (await stage.logIn(named)).json() as SignedUp;
    checkEqual(shown, shownTo(named, names, stage.target), 'an empty name stays empty');
    await stage.mailsAre(person.email, ['Welcome to Helpdesk']);
    checkThat((await stage.delivered(named.email, 'Welcome to Helpdesk')).text.includes('Vera'), 'the welcome greets by name');
  }),

  scenario('A2', 'an e-mail signs up once; in other letters it is another one', async (stage) => {
    const person = await stage.person();
    const again = await stage.client.post('/auth/signup', { email: person.email, password: 'another' });
    checkRefused(again, 409, 'Email already exists', 'the same e-mail');
    const email = person.email.replace('acceptance', 'Acceptance');
    await stage.person({ email });
    checkRefused(
      await stage.logIn({ ...person, email: person.email.toUpperCase() }),
      401,
      'Invalid credentials',
      'log-in in other letters',
    );
    const spaced = await stage.client.post('/auth/signup', { email: ` ${stage.freshEmail()}`, password: 'secret' });
    checkRefused(spaced, 400, ['email must be an email'], 'an e-mail with a space');
  }),

  scenario('A3', 'nobody signs up as an administrator, or with an id and a past of their own', async (stage) => {
    const wish = { email: stage.freshEmail(), password: 'secret', role: 'ADMIN', id: 'mine', createdAt: '2001-01-01T00:00:00.000Z' };
    const answer = await stage.client.post('/auth/signup', wish);
    const person = stage.keep(wish, answer);
    const { user } = answer.json() as SignedUp;
    checkEqual([answer.status, user['role']], [201, 'AGENT'], 'role');
    checkThat(person.id !== 'mine' && !String(user['createdAt']).startsWith('2001'), 'id and time are the system’s own', user);
    checkRefused(await stage.get('/admin/users', person), 403, 'Insufficient permissions', 'the list of users');
  }),

  scenario('A4', 'what is wrong with a sign-up is said field by field, in order', async (stage) => {
    checkRefused(await stage.client.post('/auth/signup', {}), 400, emptySignUp, 'an empty sign-up');
    checkRefused(await stage.client.request('POST', '/auth/signup'), 400, emptySignUp, 'no body at all');
    const wrong = { email: 'x', password: 12, firstName: 7, lastName: true };
    checkRefused(
      await stage.client.post('/auth/signup', wrong),
      400,
      [
        'email must be an email',
        'password must be longer than or equal to 6 characters',
        'password must be a string',
        'firstName must be a string',
        'lastName must be a string',
      ],
      'wrong types',
    );
    checkRefused(
      await stage.client.post('/auth/login', { email: 'x', password: '' }),
      400,
      ['email must be an email', 'password should not be empty'],
      'log-in',
    );
    checkRefused(await stage.client.post('/auth/forgot-password', {}), 400, ['email must be an email'], 'forgot');
    checkRefused(
      await stage.client.post('/auth/reset-password', { token: '', newPassword: 'short' }),
      400,
      ['token should not be empty', 'newPassword must be longer than or equal to 6 characters'],
      'reset',
    );
  }),

  scenario('A5', 'a log-in gives a token for seven days; a wrong password and a stranger are refused alike', async (stage) => {
    const names = { firstName: 'Ada', lastName: 'Test' };
    const person = await stage.person(names);
    const answer = await stage.logIn(person);
    checkEqual(answer.status, 201, 'log-in');
    const { user, token, ...rest } = answer.json() as SignedUp;
    checkEqual([user, rest], [shownTo(person, names, stage.target), {}], 'log-in');
    const { iat, exp, ...claims } = claimsOf(token) as unknown as Claims;
    checkEqual({ ...claims, lasts: exp - iat }, { sub: person.id, email: person.email, role: 'AGENT', lasts: 604_800 }, 'claims');
    checkRefused(await stage.logIn({ ...person, password: 'wrong' }), 401, 'Invalid credentials', 'a wrong password');
    checkRefused(await stage.logIn({ email: stage.freshEmail(), password: 'wrong' }), 401, 'Invalid credentials', 'a stranger');
    await eventually(async () => checkEqual(await actionsOf(stage.target, person.id), ['user.signup'], 'noted, and log-ins are not'));
  }),

  scenario('A6', 'a bad token is no token; role and existence are those of the moment, not of the token', async (stage) => {
    const person = await stage.person();
    const gone = await stage.person();
    const { jwtSecret } = stage.target;
    const claims = { sub: person.id, email: person.email, role: 'ADMIN' };
    checkEqual((await stage.removeUser(gone.id)).status, 200, 'delete');
    const bad: Record<string, string | undefined> = {
      none: undefined,
      garbage: 'not.a.token',
      expired: signToken({ ...claims, iat: 1_600_000_000, exp: 1_600_604_800 }, jwtSecret),
      forged: signToken(claims, 'another secret of at least thirty-two bytes'),
      unsigned: unsignedToken(claims),
      'of a user who is gone': gone.token,
    };
    for (const [kind, token] of Object.entries(bad)) checkUnauthorized(await stage.client.get('/tickets', { token }), `token ${kind}`);
    const basic = { authorization: `Basic ${person.token}` };
    checkUnauthorized(await stage.client.get('/tickets', { headers: basic }), 'another scheme');
    const loud = { authorization: `BEARER ${person.token}` };
    checkEqual((await stage.client.get('/tickets', { headers: loud })).status, 200, 'the scheme in capitals');
    for (const token of [signToken(claims, jwtSecret, 'HS512'), signToken({ ...claims, exp: undefined }, jwtSecret)])
      checkEqual((await stage.client.get('/tickets', { token })).status, 200, 'another length, or no end');
    const claimed = await stage.client.get('/admin/users', { token: signToken(claims, jwtSecret) });
    checkRefused(claimed, 403, 'Insufficient permissions', 'a role that is only claimed');
    const nameless = await stage.client.get('/tickets', { token: signToken({ email: person.email }, jwtSecret) });
    if (stage.target.defects.has('D24')) checkFailed(nameless, 'a token without a subject');
    else checkUnauthorized(nameless, 'a token without a subject');
  }),

  scenario('A44', 'of several who sign up at once under one e-mail one does', async (stage) => {
    const asked = { email: stage.freshEmail(), password: 'secret' };
    const answers = await Promise.all(Array.from({ length: atOnce }, () => stage.client.post('/auth/signup', asked)));
    const [first, ...others] = answers.toSorted((one, other) => one.status - other.status);
    checkEqual(first?.status, 201, 'the first');
    if (first !== undefined) stage.keep(asked, first);
    for (const other of others) {
      if (stage.target.flags.has('fix.races') || other.status === 409) checkRefused(other, 409, 'Email already exists', 'another');
      else checkFailed(other, 'another');
    }
  }),
];

/** The user of the answer to a log-in. */
function shownTo(
  { id, email }: { id: string; email: string },
  names: { firstName: string | null; lastName: string | null },
  { flags }: AcceptanceTarget,
): object {
  return { id, email, ...names, ...(flags.has('fix.login_role') && { role: 'AGENT' }) };
}

async function actionsOf({ control }: AcceptanceTarget, entityId: string): Promise<string[]> {
  const rows = await control.sql<{ action: string }>('audit_events', 'select action from audit_events where "entityId" = $1', [entityId]);
  return rows.map(({ action }) => action);
}
