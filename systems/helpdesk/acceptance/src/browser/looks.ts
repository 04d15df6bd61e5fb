// Every screen, for everybody: on a phone and a laptop, light and dark, and without a mouse.
import { checkEqual, checkThat } from '@banyan/proof';
import { type Stage } from '../stage.ts';
import { journey, type JourneyParts, phone } from './define.ts';

const ofStrangers = ['/login', '/signup', '/forgot-password', '/reset-password', '/no/such/place'];
const ofEverybody = ['/tickets', '/inbox', '/change-password', '/tickets/none'];
const ofAdministrators = ['/dashboard', '/admin/users', '/tickets?showAll=true'];

export const looks = [
  journey('W17', 'every screen fits a laptop, names all it has, and can be read', (parts) => seeEverything(parts)),
  journey('W18', 'every screen fits a phone, and can be read there', (parts) => seeEverything(parts), phone),
  journey('W19', 'light is the default, and what is chosen stays', chooseTheme, { colorScheme: 'dark' }),
  journey('W20', 'a ticket is opened and moved on with the keyboard alone', useKeyboard),
];

async function seeEverything({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const administrator = await stage.administrator();
  const agent = await stage.person({ firstName: 'Anna', lastName: 'Agent' });
  const id = await busyTicket(stage, administrator, agent);
  const see = async (paths: readonly string[]) => {
    for (const path of paths) {
      await visitor.goesTo(path);
      await visitor.hasAll(path);
      for (const theme of ['light', 'dark']) {
        await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme);
        await visitor.fits(`${path} (${theme})`);
        await visitor.isAccessible(`${path} (${theme})`);
      }
    }
  };
  await visitor.open('/login');
  await see(ofStrangers);
  await visitor.logsIn(agent);
  await see([...ofEverybody, '/dashboard']);
  await visitor.logsOut();
  await visitor.logsIn(administrator, 'Dashboard');
  await see([...ofAdministrators, `/tickets/${id}`]);
  await page.getByRole('heading', { name: /^History/ }).click();
  await visitor.opensMenu();
  await see([`/tickets/${id}`]);
  await visitor.goesTo('/tickets');
  await visitor.button('New Ticket').click();
  await see(['/tickets']);
}

/** One with everything that a ticket can have. */
async function busyTicket(stage: Stage, administrator: Awaited<ReturnType<Stage['person']>>, agent: typeof administrator): Promise<string> {
  const { id } = await stage.ticket(agent, { description: 'It does not work.\n'.repeat(6) });
  await stage.assign(id, agent, administrator);
  await stage.setStatus(id, 'IN_PROGRESS', agent);
  await stage.comment(id, 'Have you tried?', administrator);
  await stage.comment(id, 'Between us.', administrator, true);
  return id;
}

async function chooseTheme({ visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await visitor.open('/login');
  await visitor.sees('Log in');
  checkEqual([await page.getByLabel('Theme').inputValue(), await scheme()], ['light', 'light'], 'at first, though the system is dark');
  await page.getByLabel('Theme').selectOption('Dark');
  checkEqual(await scheme(), 'dark', 'chosen');
  await page.reload();
  await visitor.sees('Log in');
  checkEqual([await page.getByLabel('Theme').inputValue(), await scheme()], ['dark', 'dark'], 'after a reload');
  await page.getByLabel('Theme').selectOption('System');
  checkEqual(await scheme(), 'light dark', 'the system decides');
  checkEqual(await page.evaluate(() => localStorage.getItem('helpdesk-theme')), 'system', 'where it is kept');
}

async function useKeyboard({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const { keyboard } = page;
  const person = await stage.person();
  const { title, id } = await stage.ticket(person);
  const tabTo = async (text: string) => {
    for (let presses = 0; presses < 40 && !(await visitor.isFocused(text)); presses += 1) await keyboard.press('Tab');
    checkThat(await visitor.isFocused(text), `reached with Tab: ${text}`);
  };
  await visitor.open('/login');
  await visitor.sees('Log in');
  await keyboard.press('Tab');
  checkThat(await visitor.isFocused('To the content'), 'the first Tab reaches the way to the content');
  await keyboard.press('Enter');
  await keyboard.press('Tab');
  await keyboard.type(person.email);
  await keyboard.press('Tab');
  await keyboard.type(person.password);
  await keyboard.press('Enter');
  await visitor.sees('My Tickets');
  await visitor.eventually(async () => checkThat(await visitor.isFocused('My Tickets'), 'the heading has the focus'));
  await visitor.card(title).waitFor();
  await tabTo(title);
  await keyboard.press('Enter');
  await visitor.sees(title);
  await tabTo('In Progress');
  await keyboard.press('Enter');
  await page.locator('.lead').getByText('In Progress').waitFor();
  await page.getByText(`${title} is In Progress now.`).waitFor({ state: 'attached' });
  checkEqual((await stage.view(id, person)).status, 'IN_PROGRESS', 'the status as the API has it');
}
