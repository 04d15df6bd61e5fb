// Tickets in the browser: opened, assigned, moved on, talked about, deleted.
import { checkEqual, checkThat } from '@banyan/proof';
import { type TicketCore } from '../bodies.ts';
import { journey, type JourneyParts } from './define.ts';

export const tickets = [
  journey('W2', 'a new ticket is the first of the list', create),
  journey('W3', 'a ticket that an administrator assigns is in the assignee’s inbox', assign),
  journey('W4', 'a change of status is in the history at once', move),
  journey('W5', 'comments, and internal ones, are shown to everybody who sees the ticket', comment),
  journey('W12', 'a ticket is deleted by its owner or an administrator, after asking', remove),
  journey('W13', 'what people write is shown as they wrote it, and never run', readHostileTicket),
];

async function create({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const person = await stage.person();
  await stage.ticket(person, { title: 'The older one' });
  await visitor.logsIn(person);
  await visitor.card('The older one').waitFor();
  await visitor.button('New Ticket').click();
  const title = `Printer on fire ${Date.now()}`;
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Description').fill('Since this morning.\nPlease be quick.');
  await visitor.button('Create ticket').click();
  await visitor.card(title).waitFor();
  checkEqual(await page.getByRole('article').getByRole('heading').allInnerTexts(), [title, 'The older one'], 'tickets, the newest first');
  const [created] = await stage.ok<TicketCore[]>('/tickets', person);
  stage.keepTicket(created!);
  checkEqual(
    [created?.title, created?.description, created?.status],
    [title, 'Since this morning.\nPlease be quick.', 'OPEN'],
    'the ticket',
  );
  await visitor.card(title).getByText(person.email).waitFor();
  await visitor.card(title).getByText('Unassigned').waitFor();
}

async function assign({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const [owner, administrator] = [await stage.person(), await stage.administrator()];
  const assignee = await stage.person({ firstName: 'Ada', lastName: 'Assignee' });
  const { title, id } = await stage.ticket(owner);
  await visitor.logsIn(administrator, 'Dashboard');
  await visitor.goesBy('My Tickets');
  await page.getByText('No tickets yet.').waitFor();
  await page.getByLabel('Show All Tickets').check();
  const card = visitor.card(title);
  await card.getByLabel('Assignee').selectOption(assignee.id);
  await card.getByRole('button', { name: 'Assign' }).click();
  await card.locator('.facts').getByText('Ada Assignee').waitFor();
  await visitor.eventually(async () =>
    checkEqual((await stage.view(id, administrator)).assignedTo?.email, assignee.email, 'the assignee as the API has it'),
  );
  await visitor.logsOut();
  await visitor.logsIn(assignee);
  await page.getByText('No tickets yet.').waitFor();
  await visitor.goesBy('My Inbox', 'My Inbox (Assigned Tickets)');
  await page.getByText('1 ticket', { exact: true }).waitFor();
  checkEqual(await page.getByLabel('Assignee').count(), 0, 'ways to assign, for an agent');
  await visitor.card(title).getByRole('link', { name: title }).click();
  await visitor.sees(title);
}

async function move({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const [owner, administrator] = [await stage.person({ firstName: 'Olga', lastName: 'Owner' }), await stage.administrator()];
  const { title, id } = await stage.ticket(owner);
  await visitor.logsIn(owner);
  await visitor.card(title).getByRole('button', { name: 'In Progress' }).click();
  await visitor.card(title).locator('.ticket-head').getByText('In Progress').waitFor();
  await visitor.link(title).click();
  await visitor.sees(title);
  await visitor.button('Done').click();
  await page.locator('.lead').getByText('Done').waitFor();
  checkThat(await visitor.isFocused('Done'), 'the button that was used keeps the focus');
  await page.getByRole('heading', { name: 'History (3)' }).click();
  const entries = page.getByRole('table').getByRole('row');
  checkEqual(await entries.count(), 4, 'rows of the history, its head among them');
  const latest = await entries.nth(1).innerText();
  checkThat(/Olga Owner.*ticket\.status_changed.*"newStatus":"DONE"/s.test(latest), 'the latest entry', latest);
  checkEqual((await stage.view(id, owner)).status, 'DONE', 'the status as the API has it');
  await stage.assign(id, administrator, administrator);
  await page.reload();
  await page.locator('.facts').getByText(administrator.email).waitFor();
  await page.getByRole('heading', { name: 'History (4)' }).waitFor();
}

async function comment({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const [owner, administrator] = [await stage.person(), await stage.administrator()];
  const { title, id } = await stage.ticket(owner);
  await visitor.logsIn(owner);
  await visitor.link(title).click();
  await page.getByText('Nobody has said anything yet.').waitFor();
  await page.getByLabel('Your comment').fill('First line\nSecond line');
  await visitor.button('Add comment').click();
  await page.getByText('First line').waitFor();
  await visitor.logsOut();
  await visitor.logsIn(administrator, 'Dashboard');
  await visitor.goesTo(`/tickets/${id}`);
  await page.getByLabel('Your comment').fill('Between us');
  await page.getByLabel('Internal note').check();
  await visitor.button('Add comment').click();
  const internal = page.getByRole('listitem').filter({ hasText: 'Between us' });
  await internal.getByText('Internal', { exact: true }).waitFor();
  await internal.getByText(administrator.email).waitFor();
  checkThat(!(await page.getByLabel('Internal note').isChecked()), 'the next comment begins as an open one');
  checkEqual(
    await page
      .getByRole('listitem')
      .filter({ hasText: 'line' })
      .innerText()
      .then((text) => text.includes('Internal')),
    false,
    'the first',
  );
}

async function remove({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const [owner, assignee, administrator] = [await stage.person(), await stage.person(), await stage.administrator()];
  const { title, id } = await stage.ticket(owner);
  await stage.assign(id, assignee, administrator);
  await visitor.logsIn(assignee);
  await visitor.goesTo(`/tickets/${id}`);
  await visitor.sees(title);
  checkEqual(await visitor.button('Delete …').count(), 0, 'ways to delete, for the assignee');
  await visitor.logsOut();
  await visitor.logsIn(owner);
  await visitor.link(title).click();
  await visitor.button('Delete …').click();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  checkThat(await visitor.isFocused('Delete …'), 'who thinks better of it is where the question was asked');
  await visitor.button('Delete …').click();
  await visitor.button('Delete for good').click();
  await visitor.sees('My Tickets');
  await page.getByText('No tickets yet.').waitFor();
  await visitor.goesTo(`/tickets/${id}`);
  await visitor.sees('Ticket Not Found');
  const foreign = await stage.ticket(administrator);
  await visitor.goesTo(`/tickets/${foreign.id}`);
  await visitor.sees('Ticket Not Found');
}

async function readHostileTicket({ stage, visitor }: JourneyParts): Promise<void> {
  const { page } = visitor;
  const person = await stage.person({ firstName: '<b>Bold</b>', lastName: '' });
  const hostile = '<img src=x onerror="window.ran=1"><script>window.ran=2</script>';
  const { id } = await stage.ticket(person, { title: hostile, description: `${hostile}\n${'long'.repeat(200)}` });
  await stage.comment(id, hostile, person);
  await visitor.logsIn(person);
  await visitor.card(hostile).getByText('<b>Bold</b>').waitFor();
  await visitor.goesTo(`/tickets/${id}`);
  await visitor.sees(hostile);
  await page.getByRole('listitem').getByText(hostile).waitFor();
  checkEqual(
    await page.evaluate(() => [Reflect.get(window, 'ran'), document.querySelectorAll('main img, main script').length]),
    [undefined, 0],
    'what ran',
  );
  await visitor.fits('a ticket with very long words');
}
