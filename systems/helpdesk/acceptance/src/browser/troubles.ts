// What happens in the browser while something is moved, down or away.
import { checkEqual, checkThat } from '@banyan/proof';
import { journey, type JourneyParts } from './define.ts';

export const troubles = [
  journey('W14', 'what is held is asked for again or offered again, and nothing is lost', waitForAMove),
  journey('W15', 'what cannot be answered is said kindly, with the id of the request', sayWhatIsWrong),
  journey('W16', 'without a network the page says so, and goes on when it is back', loseTheNetwork),
];

async function waitForAMove({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const person = await stage.person();
  const { title } = await stage.ticket(person);
  await visitor.logsIn(person);
  await visitor.card(title).waitFor();
  let reads = 0;
  await visitor.answersAt('/tickets/inbox', () => ((reads += 1) <= 2 ? held : 'as ever'));
  await visitor.goesBy('My Inbox', 'My Inbox (Assigned Tickets)');
  await page.getByText('are being moved right now').waitFor();
  await page.getByText('Nothing is assigned to you.').waitFor();
  checkEqual(reads, 3, 'times a held read was asked for');
  await visitor.goesBy('My Tickets');
  let writes = 0;
  await visitor.answersAt('/tickets', (route) => (route.request().method() === 'POST' && (writes += 1) === 1 ? held : 'as ever'));
  await visitor.button('New Ticket').click();
  const another = `While it moves ${Date.now()}`;
  await page.getByLabel('Title').fill(another);
  await page.getByLabel('Description').fill('Nothing of it is lost.');
  await visitor.button('Create ticket').click();
  await page.getByText('Nothing was changed; please try again.').waitFor();
  checkEqual([writes, await page.getByLabel('Title').inputValue()], [1, another], 'asked once, and what was typed is kept');
  await visitor.button('Create ticket').click();
  await visitor.card(another).waitFor();
  const [created] = await stage.ok<{ id: string; title: string }[]>('/tickets', person);
  stage.keepTicket(created!);
}

const held = { status: 503, message: 'The tables are just changing owner.' } as const;

async function sayWhatIsWrong({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const person = await stage.person();
  await visitor.logsIn(person);
  const asked: string[] = [];
  await visitor.answersAt('/tickets/inbox', (route) => {
    asked.push(route.request().headers()['x-request-id'] ?? 'none');
    return asked.length <= 3 ? { status: 504, message: 'The program did not answer.' } : 'as ever';
  });
  await visitor.goesBy('My Inbox', 'My Inbox (Assigned Tickets)');
  await page.getByText('The server did not answer in time.').waitFor();
  checkEqual([asked.length, new Set(asked).size], [3, 3], 'tries, each with an id of its own');
  await page.getByText('Details', { exact: true }).click();
  checkEqual(await page.locator('.failure-details code').innerText(), asked[2], 'the id of the last one');
  await visitor.button('Try again').click();
  await page.getByText('Nothing is assigned to you.').waitFor();
}

async function loseTheNetwork({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const person = await stage.person();
  const { title } = await stage.ticket(person);
  await visitor.logsIn(person);
  await visitor.card(title).waitFor();
  await visitor.context.setOffline(true);
  await page.getByText('You are offline.').waitFor();
  await visitor.card(title).getByRole('button', { name: 'Done' }).click();
  await page.getByText('The server cannot be reached.').waitFor();
  checkThat(await visitor.card(title).isVisible(), 'what was there stays');
  await visitor.context.setOffline(false);
  await page.getByText('You are offline.').waitFor({ state: 'detached' });
  await visitor.card(title).getByRole('button', { name: 'Done' }).click();
  await visitor.card(title).locator('.ticket-head').getByText('Done').waitFor();
}
