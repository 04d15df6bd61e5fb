// Who one is in the browser: signing up, in and out, other passwords, sessions that end, and screens that are not for everybody.
import { checkEqual, checkThat, signToken } from '@banyan/proof';
import { type Stage } from '../stage.ts';
import { journey, type JourneyParts } from './define.ts';

export const accounts = [
  journey('W1', 'sign up, log in, and find an empty list', signUp),
  journey('W6', 'forget the password, follow the link in the mail, and log in with another one', resetPassword),
  journey('W9', 'a password is changed by who knows it; on the monolith by nobody', changePassword),
  journey('W10', 'a session that has ended leads to the log-in, with a word why', endSession),
  journey('W11', 'screens are for whom they are for, and a role is what it is now', guard),
];

async function signUp({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const person = { email: stage.freshEmail(), password: 'correct horse' };
  await visitor.open('/');
  await visitor.sees('Log in');
  await visitor.link('Sign Up').first().click();
  await visitor.sees('Sign up');
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill('short');
  await visitor.button('Sign up').click();
  checkThat(
    await page.getByLabel('Password', { exact: true }).evaluate((field: HTMLInputElement) => field.validity.tooShort),
    'five letters',
  );
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByLabel('First name').fill('Vera');
  await visitor.button('Sign up').click();
  await page.getByText('Your account has been created.').waitFor();
  await visitor.sees('Log in');
  await page.getByText('Your account has been created. You can log in now.').waitFor();
  stage.keep(person, await stage.logIn(person));
  await visitor.fillsIn({ ...person, password: 'not this one' });
  await page.getByText('Invalid credentials', { exact: true }).waitFor();
  await visitor.fillsIn(person);
  await visitor.sees('My Tickets');
  await page.getByText('No tickets yet.').waitFor();
  await visitor.open('/login');
  await visitor.sees('My Tickets');
  await visitor.logsOut();
  checkEqual(await page.evaluate(() => localStorage.getItem('token')), null, 'the token after logging out');
  await visitor.open('/signup');
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await visitor.button('Sign up').click();
  await page.getByText('Email already exists', { exact: true }).waitFor();
}

async function resetPassword({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const person = await stage.person();
  await visitor.open('/login');
  await visitor.link('Forgot your password?').click();
  await visitor.sees('Forgot password');
  await page.getByLabel('E-mail').fill(person.email);
  await visitor.button('Send the link').click();
  await page.getByText('If the email exists, a reset link has been sent').waitFor();
  const { text } = await stage.delivered(person.email, 'Password Reset Request');
  const link = /https?:\S+/.exec(text)?.[0] ?? '';
  checkThat(link.startsWith(`${visitor.webUrl}/reset-password?token=`), 'the link leads to the page', link);
  await page.goto(link);
  await visitor.sees('Reset password');
  await page.getByLabel('New password', { exact: true }).fill('another password');
  await page.getByLabel('New password again').fill('another passwort');
  await visitor.button('Set the password').click();
  await page.getByText('The two passwords differ.').waitFor();
  await page.getByLabel('New password again').fill('another password');
  await visitor.button('Set the password').click();
  await visitor.sees('Log in');
  await page.getByText('Password reset successful.').waitFor();
  await visitor.fillsIn({ ...person, password: 'another password' });
  await visitor.sees('My Tickets');
  await page.goto(link);
  await page.getByLabel('New password', { exact: true }).fill('once more');
  await page.getByLabel('New password again').fill('once more');
  await visitor.button('Set the password').click();
  await page.getByText('Invalid or expired reset token', { exact: true }).waitFor();
  await visitor.open('/reset-password');
  await page.getByText('Invalid reset link', { exact: true }).waitFor();
  checkThat(await visitor.button('Set the password').isDisabled(), 'nothing can be set without a link');
}

async function changePassword({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const person = await stage.person();
  await visitor.logsIn(person);
  await (await visitor.opensMenu()).getByRole('link', { name: 'Change Password' }).click();
  await visitor.sees('Change password');
  const change = async (current: string) => {
    await page.getByLabel('Current password').fill(current);
    await page.getByLabel('New password', { exact: true }).fill('another password');
    await page.getByLabel('New password again').fill('another password');
    await visitor.button('Change the password').click();
  };
  if (stage.target.defects.has('D2')) {
    await change(person.password);
    return page.getByText('Internal server error').waitFor();
  }
  await change('not this one');
  await page.getByText('Current password is incorrect', { exact: true }).waitFor();
  await change(person.password);
  await page.getByText('Password changed successfully', { exact: true }).waitFor();
  checkEqual((await stage.logIn({ ...person, password: 'another password' })).status, 201, 'the new password');
}

async function endSession({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const person = await stage.person();
  const badlySigned = signToken({ sub: person.id, email: person.email, role: 'ADMIN' }, 'a secret that is not the one of the system');
  for (const token of ['nonsense', badlySigned]) {
    await visitor.open('/signup');
    await page.evaluate((text) => localStorage.setItem('token', text), token);
    await visitor.open('/tickets');
    await visitor.sees('Log in');
    await page.getByText('Your session has ended. Please log in again.').waitFor();
    checkEqual(await page.evaluate(() => localStorage.getItem('token')), null, 'the token');
  }
  await visitor.fillsIn(person);
  await visitor.sees('My Tickets');
  await stage.removeUser(person.id);
  await visitor.goesBy('My Inbox', 'Log in');
  await page.getByText('Your session has ended.').waitFor();
}

async function guard({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  for (const path of ['/tickets', '/inbox', '/tickets/any', '/dashboard', '/admin/users', '/change-password']) {
    await visitor.open(path);
    await visitor.sees('Log in');
  }
  const agent = await stage.person();
  await visitor.logsIn(agent);
  for (const path of ['/dashboard', '/admin/users']) {
    await visitor.goesTo(path);
    await visitor.sees('For administrators');
  }
  checkEqual(await visitor.link('Dashboard').count(), 0, 'ways to the dashboard for an agent');
  await visitor.logsOut();
  const administrator = await stage.administrator();
  await visitor.logsIn(administrator, 'Dashboard');
  await visitor.open('/');
  await visitor.sees('Dashboard');
  await demote(stage, administrator);
  await visitor.goesBy('Manage Users', 'For administrators');
  checkEqual(await visitor.link('Dashboard').count(), 0, 'ways to the dashboard after the demotion');
  await visitor.logsOut();
  await visitor.logsIn(agent);
  checkEqual(await visitor.link('Dashboard').count(), 0, 'ways to the dashboard for whoever comes next');
  await visitor.open('/no/such/place');
  await visitor.sees('Nothing here');
  checkEqual(await page.getByRole('navigation', { name: 'Main' }).count(), 1, 'ways elsewhere');
}

async function demote(stage: Stage, person: Parameters<Stage['changeRole']>[0]): Promise<void> {
  checkEqual((await stage.changeRole(person, 'AGENT')).status, 200, 'demotion');
}
