// A9 to A12: who comes in, under which name, and what bad tokens are good for.
import { checkEqual, checkThat, claimsOf, eventually, signToken, unsignedToken } from '@banyan/proof';
import { internalError, singleChoice } from '../bodies.ts';
import { type Claims } from '../claims.ts';
import { scenario } from '../define.ts';
import { type Stage } from '../stage.ts';

interface UserRow {
  readonly id: number;
  readonly google_id: string;
  readonly email: string;
  readonly name: string;
  readonly picture: string | null;
  readonly is_admin: boolean;
}

const columns = 'id, google_id, email, name, picture, is_admin';

function rowsOf(stage: Stage, googleId: string): Promise<UserRow[]> {
  return stage.target.control.sql<UserRow>('users', `select ${columns} from users where google_id = $1`, [googleId]);
}

export const signingIn = [
  scenario('A9', 'a first sign-in makes one user, a token for seven days, and the newest entry of the admin list', async (stage) => {
    const person = await stage.person();
    const answer = await stage.signIn(person.id);
    checkEqual(answer.status, 302, `callback: ${answer.text}`);
    const location = new URL(answer.headers['location'] ?? 'none:');
    checkThat(location.pathname.endsWith('/auth/callback'), 'redirects to the front end', location.href);
    const token = location.searchParams.get('token') ?? '';
    const { sub, iat = 0, exp = 0, ...rest } = claimsOf(token) as Claims;
    const name = `${person.givenName} ${person.familyName}`;
    checkEqual({ ...rest, lasts: exp - iat }, { email: person.email, name, isAdmin: false, lasts: 604_800 }, 'claims');
    checkEqual(await stage.ok('/api/auth/profile', token), { id: sub, email: person.email, name, isAdmin: false }, 'profile');
    const rows = await rowsOf(stage, person.id);
    checkEqual(
      rows.map(({ picture, ...row }) => ({ ...row, hasPicture: picture !== null })),
      [{ id: sub, google_id: person.id, email: person.email, name, is_admin: false, hasPicture: true }],
      'row',
    );
    await newestFirst(stage, sub ?? 0);
  }),

  scenario('A9b', 'odd people: no family name, no photo, no consent, five first sign-ins at once, no code', async (stage) => {
    const mono = await stage.enter((await stage.person({ givenName: 'Mono', familyName: null })).id);
    checkEqual(mono.name, 'Mono undefined', 'a missing family name');
    const blank = await stage.signIn((await stage.person({ hasPhoto: false })).id);
    checkEqual([blank.status, blank.json()], [500, internalError], 'no photo');
    const refusing = await stage.signIn((await stage.person({ consents: false })).id);
    checkEqual([refusing.status, refusing.json()], [401, { message: 'Unauthorized', statusCode: 401 }], 'no consent');
    const hasty = await stage.person();
    const answers = await Promise.all(Array.from({ length: 5 }, () => stage.signIn(hasty.id)));
    checkThat(
      answers.every(({ status }) => status === 302 || status === 500),
      'five at once: 302 or 500',
      answers.map(({ status }) => status),
    );
    checkThat(
      answers.some(({ status }) => status === 302),
      'at least one of five gets in',
    );
    checkEqual((await rowsOf(stage, hasty.id)).length, 1, 'rows after five first sign-ins at once');
    const bare = await stage.client.get('/api/auth/google/callback');
    checkEqual(
      [bare.status, new URL(bare.headers['location'] ?? 'none:').searchParams.get('response_type')],
      [302, 'code'],
      'callback without a code',
    );
    const bad = await stage.client.get('/api/auth/google/callback?code=never-issued');
    const isForged = stage.target.flags.has('auth.oauthState');
    checkEqual([bad.status, bad.json()], isForged ? [401, begunElsewhere] : [500, internalError], 'callback with a bad code');
  }),

  scenario('A10', 'who returns with a new name keeps the id, and boards show the name at once', async (stage) => {
    const learner = await stage.learner();
    const mode = await stage.mode();
    checkEqual((await stage.post(mode, learner, [3, 4, 2])).status, 201, 'board post');
    const renamed = await stage.person({
      id: learner.personId,
      givenName: 'Renamed',
      familyName: 'Learner',
      email: `new-${learner.email}`,
    });
    const again = await stage.enter(learner.personId);
    checkEqual(
      { id: again.id, name: again.name, email: again.email },
      { id: learner.id, name: 'Renamed Learner', email: renamed.email },
      'the same user',
    );
    checkEqual(
      (await rowsOf(stage, learner.personId)).map(({ name, email }) => [name, email]),
      [['Renamed Learner', renamed.email]],
      'row',
    );
    await eventually(
      async () => {
        checkEqual((await stage.board(mode, again))[0]?.username, 'Renamed Learner', 'name on the board');
      },
      { timeoutMs: 1000 },
    );
  }),

  scenario('A11', 'an email that another Google account holds is refused with 500 and no second row', async (stage) => {
    const first = await stage.learner();
    const other = await stage.person({ email: first.email });
    const answer = await stage.signIn(other.id);
    checkEqual([answer.status, answer.json()], [500, internalError], 'callback');
    const rows = await stage.target.control.sql<UserRow>('users', `select ${columns} from users where email = $1`, [first.email]);
    checkEqual(
      rows.map(({ google_id }) => google_id),
      [first.personId],
      'rows with this email',
    );
  }),

  scenario('A12', 'bad tokens: 500 at the profile, none at all when recording', async (stage) => {
    const learner = await stage.learner();
    const claims = { sub: learner.id, email: learner.email, name: learner.name, isAdmin: false };
    const { jwtSecret } = stage.target;
    const bad: Record<string, string | undefined> = {
      none: undefined,
      garbage: 'not.a.token',
      expired: signToken({ ...claims, iat: 1_600_000_000, exp: 1_600_604_800 }, jwtSecret),
      forged: signToken(claims, 'another secret of at least thirty-two bytes'),
      fallback: signToken(claims, 'fallback-secret'),
      unsigned: unsignedToken(claims),
    };
    const { id: questionId } = await stage.question(singleChoice());
    const ownOnly = stage.target.flags.has('stats.ownOnly');
    for (const [kind, token] of Object.entries(bad)) {
      const profile = await stage.client.get('/api/auth/profile', { token });
      const status = stage.target.flags.has('auth.profile401') ? 401 : 500;
      checkEqual([profile.status, (profile.json() as { statusCode: number }).statusCode], [status, status], `profile, token ${kind}`);
      if (status === 500) checkEqual(profile.json(), internalError, `profile, token ${kind}`);
      const recorded = await stage.client.post('/api/stats/record', { userId: learner.id, questionId, isCorrect: false }, { token });
      checkEqual(recorded.status, ownOnly ? 401 : 201, `record for the body's user, token ${kind}: ${recorded.text}`);
    }
    const basic = await stage.client.get('/api/auth/profile', { headers: { authorization: `Basic ${learner.token}` } });
    checkEqual(basic.status, stage.target.flags.has('auth.profile401') ? 401 : 500, 'profile, not a Bearer token');
    const { sub: _sub, ...nameless } = claims;
    const { email: _email, ...addressless } = claims;
    for (const unusable of [nameless, addressless]) {
      const answer = await stage.client.get('/api/auth/profile', { token: signToken(unusable, jwtSecret) });
      checkEqual(
        [answer.status, answer.json()],
        [401, { message: 'Invalid token payload', error: 'Unauthorized', statusCode: 401 }],
        `claims ${Object.keys(unusable).join()}`,
      );
    }
    await eventually(async () => {
      checkEqual(
        (await stage.stats(learner.id, learner.token)).overall.totalIncorrect,
        ownOnly ? 0 : Object.keys(bad).length,
        "answers counted for the body's user",
      );
    });
  }),
];

const begunElsewhere = { message: 'The sign-in was begun in another browser', error: 'Unauthorized', statusCode: 401 };

/** Others may sign in meanwhile: whoever stands before the user in the list must not be older. */
async function newestFirst(stage: Stage, userId: number): Promise<void> {
  const { token } = await stage.admin();
  await eventually(
    async () => {
      const users = (await stage.ok('/api/admin/users', token)) as { id: number; createdAt: string }[];
      const place = users.findIndex(({ id }) => id === userId);
      checkThat(place >= 0, `the admin list shows user ${userId}`);
      const createdAt = users[place]?.createdAt ?? '';
      checkEqual(
        users.slice(0, place).filter((user) => user.createdAt < createdAt),
        [],
        'older users listed before the newest',
      );
    },
    { timeoutMs: 1000 },
  );
}
