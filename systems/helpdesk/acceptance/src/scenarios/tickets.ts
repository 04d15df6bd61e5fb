// A9 to A14, A22 and A45: tickets are made, listed, looked at, moved on and deleted.
import { checkEqual, checkThat } from '@banyan/proof';
import { checkFailed, checkKeys, checkRefused, oddFields, ticketKeys, type TicketCore, type TicketView, userKeys } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Person } from '../stage.ts';
import { statusMessage } from './front.ts';

const atOnce = 3;
const noAccess = 'You do not have access to this ticket';

export const tickets = [
  scenario('A9', 'a ticket begins open and unassigned; what else was sent is ignored', async (stage) => {
    const owner = await stage.person({ firstName: 'Olga' });
    const wish = { title: '  ', description: 'Line\r\nbreak', status: 'DONE', userId: 'x', assignedToUserId: owner.id, id: 'mine' };
    const answer = await stage.client.post('/tickets', wish, { token: owner.token });
    checkEqual(answer.status, 201, `create: ${answer.text}`);
    const ticket = stage.keepTicket(answer.json() as TicketCore & { user: object });
    checkKeys(ticket, [...ticketKeys, 'user'], 'ticket');
    checkKeys(ticket.user, userKeys, 'user');
    const { createdAt, id, ...rest } = ticket;
    checkEqual(
      rest,
      {
        userId: owner.id,
        title: '  ',
        description: 'Line\r\nbreak',
        status: 'OPEN',
        assignedToUserId: null,
        updatedAt: createdAt,
        user: { id: owner.id, email: owner.email, firstName: 'Olga', lastName: null },
      },
      'ticket',
    );
    checkEqual(oddFields({ id, createdAt }), [], 'id and times');
    checkEqual(await stage.view(id, owner), { ...ticket, assignedTo: null }, 'the same when looked at');
    const empty = await stage.client.post('/tickets', { title: '' }, { token: owner.token });
    checkRefused(
      empty,
      400,
      ['title should not be empty', 'description should not be empty', 'description must be a string'],
      'a ticket without anything',
    );
  }),

  scenario('A10', 'agents list their own tickets, administrators all of them when they ask for all', async (stage) => {
    const [agent, admin] = [await stage.person(), await stage.administrator()];
    const first = await stage.ticket(agent);
    const second = await stage.ticket(agent);
    const adminsOwn = await stage.ticket(admin);
    for (const path of ['/tickets', '/tickets?showAll=true'])
      checkEqual(await stage.idsOf(path, agent), [second.id, first.id], `agent: ${path}`);
    for (const path of ['/tickets', '/tickets?showAll=TRUE', '/tickets?showAll=true&showAll=true', '/tickets?showAll'])
      checkEqual(await stage.idsOf(path, admin), [adminsOwn.id], `administrator: ${path}`);
    const all = await stage.ok<TicketView[]>('/tickets?showAll=true', admin);
    const mine = all.map(({ id }) => id).filter((id) => [first.id, second.id, adminsOwn.id].includes(id));
    checkEqual(mine, [adminsOwn.id, second.id, first.id], 'all, newest first');
    checkEqual(all.filter(({ createdAt }, index) => createdAt > (all[index - 1]?.createdAt ?? createdAt)).length, 0, 'out of order');
    checkKeys(all[0] ?? {}, [...ticketKeys, 'user', 'assignedTo'], 'ticket of a list');
  }),

  scenario('A11', 'owner, assignee and administrators look at a ticket, other agents do not', async (stage) => {
    const [owner, assignee, other] = (await stage.people(3)) as [Person, Person, Person];
    const admin = await stage.administrator();
    const { id } = await stage.ticket(owner);
    checkRefused(await stage.get(`/tickets/${id}`, assignee), 403, noAccess, 'before the assignment');
    await stage.assign(id, assignee, admin);
    for (const reader of [owner, assignee, admin]) {
      const ticket = await stage.view(id, reader);
      checkKeys(ticket, [...ticketKeys, 'user', 'assignedTo'], 'ticket');
      checkEqual([ticket.assignedToUserId, ticket.assignedTo?.email], [assignee.id, assignee.email], 'assignee');
    }
    checkRefused(await stage.get(`/tickets/${id}`, other), 403, noAccess, 'another agent');
    checkRefused(await stage.get('/tickets/unknown', admin), 404, 'Ticket not found', 'an unknown ticket');
  }),

  scenario('A12', 'a stranger moves a ticket on: the owner gets one mail, the history names the stranger', async (stage) => {
    const [owner, stranger] = (await stage.people(2)) as [Person, Person];
    const { id, title } = await stage.ticket(owner);
    const answer = await stage.setStatus(id, 'DONE', stranger);
    const ticket = answer.json() as TicketView;
    checkEqual([answer.status, ticket.status, ticket.user.id], [200, 'DONE', owner.id], 'the whole ticket');
    checkRefused(await stage.get(`/tickets/${id}`, stranger), 403, noAccess, 'the same ticket');
    const [newest] = await stage.history(id, stranger);
    checkEqual([newest?.action, newest?.actorId], ['ticket.status_changed', stranger.id], 'history');
    const subject = `Ticket Status Updated: ${title}`;
    await stage.mailsAre(owner.email, ['Welcome to Helpdesk', subject]);
    await stage.mailsAre(stranger.email, ['Welcome to Helpdesk']);
    const { text } = await stage.delivered(owner.email, subject);
    checkThat(text.includes('OPEN') && text.includes('DONE'), 'old and new status', text);
  }),

  scenario('A13', 'the same status again only touches the ticket, no status not even that', async (stage) => {
    const owner = await stage.person();
    const { id, updatedAt } = await stage.ticket(owner);
    for (const body of [{}, { title: 'another' }, undefined]) {
      const nothing = await stage.patch(`/tickets/${id}`, body, owner);
      checkEqual(
        [nothing.status, (nothing.json() as TicketView).updatedAt],
        [200, updatedAt],
        `nothing to change: ${JSON.stringify(body)}`,
      );
    }
    const same = (await stage.setStatus(id, 'OPEN', owner)).json() as TicketView;
    checkThat(same.updatedAt > updatedAt && same.status === 'OPEN', 'the same status moves the time', same.updatedAt);
    checkEqual(same.title, (await stage.view(id, owner)).title, 'a title is never edited');
    await stage.setStatus(id, 'DONE', owner);
    checkEqual(
      (await stage.history(id, owner)).map(({ action }) => action),
      ['ticket.status_changed', 'ticket.created'],
      'history',
    );
    await stage.mailsAre(owner.email, ['Welcome to Helpdesk', `Ticket Status Updated: ${same.title}`]);
  }),

  scenario('A14', 'a ticket may go from any status to any other, and no further', async (stage) => {
    const owner = await stage.person();
    const { id } = await stage.ticket(owner);
    for (const status of ['DONE', 'OPEN', 'IN_PROGRESS']) checkEqual((await stage.setStatus(id, status, owner)).status, 200, status);
    const changes = (await stage.history(id, owner)).filter(({ action }) => action === 'ticket.status_changed');
    checkEqual(
      changes.map(({ metadata }) => JSON.stringify(metadata)),
      [
        '{"newStatus":"IN_PROGRESS","oldStatus":"OPEN"}',
        '{"newStatus":"OPEN","oldStatus":"DONE"}',
        '{"newStatus":"DONE","oldStatus":"OPEN"}',
      ],
      'from and to, newest first',
    );
    for (const status of ['done', '', 'CLOSED', 7])
      checkRefused(await stage.patch(`/tickets/${id}`, { status }, owner), 400, [statusMessage], `${status}`);
    const nothing = await stage.patch(`/tickets/${id}`, { status: null }, owner);
    if (stage.target.flags.has('fix.validation')) checkEqual(nothing.status, 400, 'null');
    else checkFailed(nothing, 'null');
  }),

  scenario('A22', 'a ticket is deleted by its owner or an administrator, with its comments, once', async (stage) => {
    const [owner, assignee] = (await stage.people(2)) as [Person, Person];
    const admin = await stage.administrator();
    const [first, second] = [await stage.ticket(owner), await stage.ticket(owner)];
    await stage.assign(first.id, assignee, admin);
    await stage.comment(first.id, 'goes too', assignee);
    checkRefused(await stage.delete(`/tickets/${first.id}`, assignee), 403, 'Agents can only delete tickets they created', 'the assignee');
    for (const [id, by] of [
      [first.id, owner],
      [second.id, admin],
    ] as const) {
      const answer = await stage.delete(`/tickets/${id}`, by);
      checkEqual([answer.status, answer.text], [200, '{"message":"Ticket deleted successfully"}'], 'delete');
      checkRefused(await stage.delete(`/tickets/${id}`, by), 404, 'Ticket not found', 'a second time');
      checkRefused(await stage.get(`/tickets/${id}`, owner), 404, 'Ticket not found', 'looked at');
      checkRefused(await stage.get(`/tickets/${id}/comments`, owner), 404, 'Ticket not found', 'its comments');
    }
    checkEqual(await stage.idsOf('/tickets', owner), [], 'the list of the owner');
    checkEqual(await stage.idsOf('/tickets/inbox', assignee), [], 'the inbox of the assignee');
  }),

  scenario('A45', 'of several who delete a ticket at once one does', async (stage) => {
    const owner = await stage.person();
    const { id } = await stage.ticket(owner);
    const answers = await Promise.all(Array.from({ length: atOnce }, () => stage.delete(`/tickets/${id}`, owner)));
    const [first, ...others] = answers.toSorted((one, other) => one.status - other.status);
    checkEqual(first?.status, 200, 'the first');
    for (const other of others) {
      if (stage.target.flags.has('fix.races') || other.status === 404) checkRefused(other, 404, 'Ticket not found', 'another');
      else checkFailed(other, 'another');
    }
  }),
];
