// Who one is in the browser: signing in and out, editing as an administrator, being refused, and what happens while something moves.
import { checkEqual, checkThat, claimsOf, signToken } from '@banyan/proof';
import { type Route } from 'playwright-core';
import { journey, type JourneyParts } from './define.ts';
import { oldestQuestion } from './oldest-question.ts';

export const accounts = [
  journey('W12', 'sign in through Google, stay signed in, sign out', signIn),
  journey('W13', 'an administrator creates, edits and deletes a question', editTheBank),
  journey('W14', 'who is no administrator is refused, and keeps what was typed', refuse),
  journey('W15', 'what is held is repeated or offered again, and nothing is lost', waitForAMove),
];

async function signIn({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const person = await stage.person();
  const name = `${person.givenName} ${person.familyName}`;
  await visitor.open('/login');
  await visitor.link('Sign in with Google').click();
  await page.getByRole('heading', { name: 'Choose an account' }).waitFor();
  // There may be more people than the page shows.
  await page.goto(`${page.url()}&as=${encodeURIComponent(person.id)}`);
  await visitor.sees(`Hello, ${name}`);
  checkThat(!page.url().includes('token'), 'no token stays in the address', page.url());
  await page.goBack();
  checkThat(!page.url().includes('token'), 'no token stays in the history', page.url());
  await visitor.open('/stats');
  await visitor.sees(name);
  await visitor.button('Sign out').click();
  await visitor.sees('Results of the guest');
  await visitor.link('Sign in').first().waitFor();
  await visitor.open('/auth/callback?token=nonsense');
  await page.getByText('That sign-in brought no usable token.').waitFor();
}

async function editTheBank({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const admin = await stage.admin();
  const topic = `Browser ${Date.now()}`;
  await visitor.signInAs(admin);
  await page.getByRole('link', { name: 'Admin', exact: true }).click();
  await visitor.link('New question').click();
  await visitor.sees('New question');
  await page.getByLabel('Kind').selectOption('Single choice');
  await page.getByLabel('Topic').fill(topic);
  await page.getByLabel('Question', { exact: true }).fill('<p>Which one is <code>it</code>?</p>');
  for (const [index, text] of ['this', 'that', 'neither'].entries())
    await page.getByLabel(`Choice ${index + 1}`, { exact: true }).fill(text);
  await page.getByRole('checkbox', { name: 'Shown in lists and quizzes' }).uncheck(); // others play meanwhile
  await visitor.button('Create question').click();
  await page.getByText('Exactly one choice must be right; 0 are.').waitFor();
  await page.getByRole('radio', { name: 'Right' }).first().check();
  await visitor.button('Create question').click();
  await visitor.sees(/^Edit question \d+$/);
  const id = Number((await visitor.heading(/^Edit/).innerText()).split(' ')[2]);
  const answers = async () => ((await stage.ok(`/api/answers/${id}`)) as { choices: { choiceText: string; isGood: boolean }[] }).choices;
  await visitor.eventually(async () =>
    checkEqual(
      (await answers()).map(({ choiceText, isGood }) => `${choiceText} ${isGood}`).sort(),
      ['neither false', 'that false', 'this true'],
      'choices',
    ),
  );

  await page.getByLabel('Topic').fill(`${topic} edited`);
  await visitor.button('Save changes').click();
  await page.getByText('Saved.').waitFor();
  checkEqual((await answers()).length, 3, 'choices after an edit of the topic');
  await visitor.link('Back to the bank').click();
  await page.getByLabel('Number, words or topic').fill(`${topic} edited`);
  await page.getByText('1 question', { exact: true }).waitFor();
  await page.locator('.row h2 a').click();

  await visitor.button('Delete …').click();
  await page.getByRole('dialog').waitFor();
  await visitor.button('Keep it').click();
  checkEqual((await stage.client.get(`/api/questions/${id}`)).status, 200, 'kept when not confirmed');
  await visitor.button('Delete …').click();
  await visitor.button('Delete for good').click();
  await visitor.sees('Question bank');
  await visitor.eventually(async () => checkEqual((await stage.client.get(`/api/questions/${id}`)).status, 404, 'deleted'));
  await visitor.link('People').click();
  await page.getByRole('row').filter({ hasText: admin.email }).getByText('administrator').waitFor();
}

async function refuse({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const learner = await stage.learner();
  await visitor.signInAs(learner);
  checkEqual(await page.getByRole('link', { name: 'Admin', exact: true }).count(), 0, 'ways to administration');
  await visitor.open('/admin/questions/new');
  await visitor.sees('For administrators');
  // Somebody who makes the page believe it, with a token of their own.
  const forged = signToken({ ...claimsOf(learner.token), isAdmin: true }, 'a secret that is not the one of the system');
  await visitor.signInAs({ token: forged, name: learner.name });
  await visitor.open('/admin/questions/new');
  // With this correction nobody else reads the bank either.
  if (stage.target.flags.has('admin.questionsGuard')) return page.getByText('You may not do this.').waitFor();
  await page.getByLabel('Kind').selectOption('Text');
  await page.getByLabel('Topic').fill('Browser');
  await page.getByLabel('Question', { exact: true }).fill('<p>Mine?</p>');
  await page.getByLabel('Expected words').fill('mine');
  await visitor.button('Create question').click();
  await page.getByText('Nothing was changed; what you typed is kept.').waitFor();
  await page.reload();
  checkEqual(await page.getByLabel('Expected words').inputValue(), 'mine', 'typed before');
}

/** What a gateway answers while tables change owner. */
const held = (route: Route) =>
  route.fulfill({
    status: 503,
    headers: { 'retry-after': '1' },
    json: { message: 'The tables are just changing owner.', statusCode: 503 },
  });

async function waitForAMove({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const learner = await stage.learner();
  await stage.record(learner, await oldestQuestion(stage), false);
  await visitor.signInAs(learner);
  let reads = 0;
  await page.route('**/api/quiz/modes', (route) => ((reads += 1) <= 2 ? held(route) : route.continue()));
  await visitor.open('/quiz');
  await page.getByText('are being moved right now').waitFor();
  await visitor.plays('Missed');
  checkThat(reads >= 3, 'a read that was held is repeated', reads);

  await page.route('**/api/stats/record', held);
  await visitor.answers(true);
  await page.getByText('1 answer not counted yet.').waitFor();
  await page.unroute('**/api/stats/record');
  await page.reload();
  await visitor.button('Count now').click();
  await page.getByText('not counted yet').waitFor({ state: 'detached' });
  await visitor.eventually(async () =>
    checkEqual((await stage.stats(learner.id, learner.token)).overall.totalCorrect, 1, 'answers counted'),
  );
}
