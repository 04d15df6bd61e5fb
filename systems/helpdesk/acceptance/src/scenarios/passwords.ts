// A23, A24, A40: the ways to another password.
import { checkEqual, checkThat, eventually } from '@banyan/proof';
import { checkFailed, checkRefused } from '../bodies.ts';
import { scenario } from '../define.ts';
import { followsWithinMs, type Person, type Stage } from '../stage.ts';

const requested = '{"message":"If the email exists, a reset link has been sent"}';
const invalidToken = 'Invalid or expired reset token';
const subject = 'Password Reset Request';
const atOnce = 3;

export const passwords = [
  scenario('A23', 'a reset link works once, for an hour, and tells nobody who has an account', async (stage) => {
    const person = await stage.person();
    const stranger = stage.freshEmail();
    for (const email of [stranger, person.email, person.email]) {
      const answer = await stage.client.post('/auth/forgot-password', { email });
      checkEqual([answer.status, answer.text], [201, requested], 'request');
    }
    await stage.mailsAre(person.email, ['Welcome to Helpdesk', subject, subject]);
    await stage.mailsAre(stranger, []);
    const [first = '', second = ''] = await tokensOf(stage, person, 2);
    const done = await reset(stage, first, 'a new password');
    checkEqual([done.status, done.text], [201, '{"message":"Password reset successful"}'], 'reset');
    checkRefused(await stage.logIn(person), 401, 'Invalid credentials', 'the old password');
    checkEqual((await stage.logIn({ ...person, password: 'a new password' })).status, 201, 'the new password');
    checkRefused(await reset(stage, first, 'once more'), 400, invalidToken, 'the same link again');
    checkEqual((await reset(stage, second, 'a third password')).status, 201, 'the other link');
    checkRefused(await reset(stage, '0'.repeat(64), 'whatever'), 400, invalidToken, 'an unknown link');
    checkEqual((await stage.get('/tickets', person)).status, 200, 'the token from before');
    await eventually(async () => checkEqual(await actionsOf(stage, person), ['user.signup', ...asNoted], 'noted'), {
      timeoutMs: followsWithinMs,
    });
  }),

  scenario('A43', 'a link that is older than an hour is of no use', async (stage) => {
    const person = await stage.person();
    await stage.client.post('/auth/forgot-password', { email: person.email });
    const [token = ''] = await tokensOf(stage, person, 1);
    const expired = `update password_reset_tokens set "expiresAt" = now() at time zone 'UTC' - interval '1 second' where "userId" = $1 returning id`;
    checkEqual((await stage.target.control.sql('password_reset_tokens', expired, [person.id])).length, 1, 'tokens that are made old');
    checkRefused(await reset(stage, token, 'a new password'), 400, invalidToken, 'reset');
    checkEqual((await stage.logIn(person)).status, 201, 'the old password');
  }),

  scenario('A24', 'a password is changed by who knows it; on the monolith by nobody', async (stage) => {
    const person = await stage.person();
    const change = (oldPassword: string) =>
      stage.client.post('/auth/change-password', { oldPassword, newPassword: 'a new password' }, { token: person.token });
    const nothing = await stage.client.post('/auth/change-password', {}, { token: person.token });
    checkRefused(
      nothing,
      400,
      [
        'oldPassword should not be empty',
        'oldPassword must be a string',
        'newPassword must be longer than or equal to 6 characters',
        'newPassword must be a string',
      ],
      'nothing',
    );
    if (stage.target.defects.has('D2')) {
      checkFailed(await change(person.password), 'change');
      checkEqual((await stage.logIn(person)).status, 201, 'the old password still works');
      return;
    }
    checkRefused(await change('wrong'), 400, 'Current password is incorrect', 'a wrong old password');
    const done = await change(person.password);
    checkEqual([done.status, done.text], [201, '{"message":"Password changed successfully"}'], 'change');
    checkRefused(await stage.logIn(person), 401, 'Invalid credentials', 'the old password');
    checkEqual((await stage.logIn({ ...person, password: 'a new password' })).status, 201, 'the new password');
    checkEqual((await stage.get('/tickets', person)).status, 200, 'the token from before');
  }),

  scenario('A40', 'a reset link that is used several times at once', async (stage) => {
    const person = await stage.person();
    await stage.client.post('/auth/forgot-password', { email: person.email });
    const [token = ''] = await tokensOf(stage, person, 1);
    const answers = await Promise.all(Array.from({ length: atOnce }, (_, index) => reset(stage, token, `password ${index}`)));
    const done = answers.filter(({ status }) => status === 201).length;
    checkEqual(answers.length - done, answers.filter(({ status }) => status === 400).length, 'the others are refused');
    checkThat(done >= 1 && done <= (stage.target.defects.has('D7') ? atOnce : 1), 'how many work', done);
  }),
];

/** In the order of their requests: what A23 does, oldest first. */
const asNoted = ['user.forgot_password_requested', 'user.forgot_password_requested', 'user.password_reset', 'user.password_reset'];

function reset(stage: Stage, token: string, newPassword: string) {
  return stage.client.post('/auth/reset-password', { token, newPassword });
}

/** From the mails that have arrived, oldest first; a mail that was sent twice counts once. */
async function tokensOf(stage: Stage, { email }: Person, count: number): Promise<string[]> {
  return eventually(
    async () => {
      const mails = (await stage.target.mail.to(email)).filter((mail) => mail.subject === subject);
      const link = `${stage.target.settings['frontendUrl']}/reset-password?token=`;
      const tokens = mails.map(({ text }) => text.split(link)[1]?.slice(0, 64) ?? '').filter((token) => /^[0-9a-f]{64}$/.test(token));
      checkEqual(new Set(tokens).size, count, `reset links for ${email}`);
      return [...new Set(tokens)];
    },
    { timeoutMs: followsWithinMs },
  );
}

async function actionsOf({ target }: Stage, { id }: Person): Promise<string[]> {
  const text = 'select action from audit_events where "entityId" = $1 and "actorId" = $1 order by "createdAt"';
  return (await target.control.sql<{ action: string }>('audit_events', text, [id])).map(({ action }) => action);
}
