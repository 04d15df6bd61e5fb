// What administrators do in the browser: roles, accounts, numbers.
import { checkEqual, checkThat } from '@banyan/proof';
import { journey, type JourneyParts } from './define.ts';

export const administration = [
  journey('W7', 'an administrator changes a role and deletes an account', keepAccounts),
  journey('W8', 'the dashboard has the numbers', readNumbers),
];

async function keepAccounts({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const administrator = await stage.administrator();
  const person = await stage.person({ firstName: 'Petra', lastName: 'Promoted' });
  const doomed = await stage.person();
  await visitor.logsIn(administrator, 'Dashboard');
  await visitor.goesBy('Manage Users', 'Manage users');
  const row = visitor.row(person.email);
  await row.getByText('Petra Promoted').waitFor();
  await row.getByRole('combobox').selectOption('Admin');
  checkEqual(await role(person.token), 403, 'nothing happens before the button is used');
  await row.getByRole('button', { name: /^Change/ }).click();
  await page.getByText(`${person.email} is an admin now.`).waitFor();
  await row.locator('.tag', { hasText: /^Admin$/ }).waitFor();
  await visitor.eventually(async () => checkEqual(await role(person.token), 200, 'what an administrator may ask'));

  const before = await page.getByRole('row').count();
  await visitor.row(doomed.email).getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByText('This cannot be undone.').waitFor();
  await visitor.button('Keep it').click();
  checkEqual((await stage.get('/tickets', doomed)).status, 200, 'kept when not confirmed');
  await visitor.row(doomed.email).getByRole('button', { name: 'Delete' }).click();
  await visitor.button('Delete for good').click();
  await page.getByText(`${doomed.email} has been deleted.`).waitFor();
  await visitor.row(doomed.email).waitFor({ state: 'detached' });
  checkThat((await page.getByRole('row').count()) < before, 'one row less, unless somebody has signed up meanwhile', before);
  await visitor.eventually(async () => checkEqual((await stage.logIn(doomed)).status, 401, 'log-in of who was deleted'));
  checkEqual(await visitor.row(administrator.email).getByRole('button', { name: 'Delete' }).count(), 0, 'ways to delete oneself');

  function role(token: string): Promise<number> {
    return stage.client.get('/admin/dashboard/statistics', { token }).then(({ status }) => status);
  }
}

async function readNumbers({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const administrator = await stage.administrator();
  const [one, other] = [await stage.ticket(administrator), await stage.ticket(administrator)];
  await stage.ticket(administrator);
  await stage.setStatus(one.id, 'IN_PROGRESS', administrator);
  await stage.setStatus(other.id, 'DONE', administrator);
  await visitor.logsIn(administrator, 'Dashboard');
  const told = async () => Object.values(await stage.ok<Record<string, number>>('/admin/dashboard/statistics', administrator));
  // Others open and close tickets meanwhile.
  await visitor.eventually(async () => {
    const before = await told();
    await visitor.open('/dashboard');
    await page.locator('.numbers dd').first().waitFor();
    const shown = (await page.locator('.numbers dd').allInnerTexts()).map((text) => Number(text.replaceAll(/\D/g, '')));
    checkEqual([before, await told()], [shown, shown], 'total, open, in progress, completed');
    checkThat(
      shown.every((count) => count > 0),
      'there is one of each',
      shown,
    );
  });
  checkEqual(await page.locator('.numbers dt').allInnerTexts(), ['Total', 'Open', 'In Progress', 'Completed'], 'labels');
}
