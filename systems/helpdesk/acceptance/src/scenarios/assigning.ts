// A15 to A17, A38, A41: who works on a ticket; and the same change asked for several times at once.
import { checkEqual, checkThat } from '@banyan/proof';
import { checkFailed, checkKeys, checkRefused, ticketKeys, type TicketView } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Person } from '../stage.ts';

const leakedKeys = ['id', 'email', 'password', 'firstName', 'lastName', 'role', 'createdAt', 'updatedAt'];
const atOnce = 3;

export const assigning = [
  scenario('A15', 'an assigned ticket is in the inbox of its assignee, who may look at it; the owner gets the mail', async (stage) => {
    const [owner, assignee] = (await stage.people(2)) as [Person, Person];
    const admin = await stage.administrator();
    const { id, title } = await stage.ticket(owner);
    checkRefused(
      await stage.patch(`/tickets/${id}/assign`, { assignedToUserId: owner.id }, owner),
      403,
      'Insufficient permissions',
      'an agent assigns',
    );
    await stage.assign(id, assignee, admin);
    checkEqual(await stage.idsOf('/tickets/inbox', assignee), [id], 'inbox');
    checkEqual((await stage.view(id, assignee)).assignedToUserId, assignee.id, 'looked at');
    checkEqual(await stage.idsOf('/tickets', assignee), [], 'it is not the assignee’s own');
    const subject = `Ticket Assignment Update: ${title}`;
    await stage.mailsAre(owner.email, ['Welcome to Helpdesk', subject]);
    await stage.mailsAre(assignee.email, ['Welcome to Helpdesk']);
    checkThat((await stage.delivered(owner.email, subject)).text.includes(assignee.email), 'the mail says who');
  }),

  scenario('A16', 'every assignment is noted and told, also one that changes nothing', async (stage) => {
    const [owner, assignee] = (await stage.people(2)) as [Person, Person];
    const admin = await stage.administrator();
    const { id, title } = await stage.ticket(owner);
    await stage.assign(id, assignee, admin);
    await stage.assign(id, assignee, admin);
    await stage.assign(id, null, admin);
    checkEqual(await stage.idsOf('/tickets/inbox', assignee), [], 'inbox');
    const history = await stage.history(id, admin);
    checkEqual(
      history.map(({ action, actorId, metadata }) => [action, actorId, metadata]),
      [
        ['ticket.unassigned', admin.id, { assignedToUserId: null }],
        ['ticket.assigned', admin.id, { assignedToUserId: assignee.id }],
        ['ticket.assigned', admin.id, { assignedToUserId: assignee.id }],
        ['ticket.created', owner.id, {}],
      ],
      'history',
    );
    const subject = `Ticket Assignment Update: ${title}`;
    await stage.mailsAre(owner.email, ['Welcome to Helpdesk', subject, subject, subject]);
  }),

  scenario('A17', 'an assignment to nobody in particular changes nothing, and says so', async (stage) => {
    const [owner, assignee] = (await stage.people(2)) as [Person, Person];
    const admin = await stage.administrator();
    const { id } = await stage.ticket(owner);
    await stage.assign(id, assignee, admin);
    const before = await stage.view(id, admin);
    for (const body of [{}, undefined]) {
      const answer = await stage.patch(`/tickets/${id}/assign`, body, admin);
      const { assignedToUserId, updatedAt } = answer.json() as TicketView;
      checkEqual([answer.status, assignedToUserId, updatedAt], [200, assignee.id, before.updatedAt], 'nothing has changed');
    }
    const [newest] = await stage.history(id, admin);
    checkEqual([newest?.action, newest?.metadata], ['ticket.unassigned', {}], 'history');
    const last = (await stage.delivered(owner.email, `Ticket Assignment Update: ${before.title}`)).to;
    checkEqual(last, [owner.email], 'the owner is told');
  }),

  scenario('A38', 'what an assignment answers, and what it does not take', async (stage) => {
    const [owner, assignee] = (await stage.people(2)) as [Person, Person];
    const admin = await stage.administrator();
    const { id } = await stage.ticket(owner);
    const answer = await stage.patch(`/tickets/${id}/assign`, { assignedToUserId: assignee.id }, admin);
    const ticket = answer.json() as TicketView;
    checkKeys(ticket, [...ticketKeys, 'user', 'assignedTo'], 'ticket');
    const keys = stage.target.defects.has('D1') ? leakedKeys : leakedKeys.filter((key) => key !== 'password');
    checkKeys(ticket.user, keys, 'owner');
    checkKeys(ticket.assignedTo ?? {}, keys, 'assignee');
    const isMended = stage.target.flags.has('fix.validation');
    for (const assignedToUserId of ['nobody', '', 7]) {
      const refused = await stage.patch(`/tickets/${id}/assign`, { assignedToUserId }, admin);
      if (isMended) checkEqual(refused.status, 400, `assigned to ${assignedToUserId}`);
      else checkFailed(refused, `assigned to ${assignedToUserId}`);
    }
    const unknown = await stage.patch('/tickets/unknown/assign', { assignedToUserId: assignee.id }, admin);
    if (isMended) checkRefused(unknown, 404, 'Ticket not found', 'an unknown ticket');
    else checkFailed(unknown, 'an unknown ticket');
    checkEqual((await stage.history(id, admin)).length, 2, 'what failed is not noted');
  }),

  scenario('A41', 'the same change of status, asked for several times at once', async (stage) => {
    const owner = await stage.person();
    const { id, title } = await stage.ticket(owner);
    const answers = await Promise.all(Array.from({ length: atOnce }, () => stage.setStatus(id, 'DONE', owner)));
    checkEqual(
      answers.map(({ status }) => status),
      answers.map(() => 200),
      'answers',
    );
    const changes = (await stage.history(id, owner)).filter(({ action }) => action === 'ticket.status_changed');
    const most = stage.target.defects.has('D16') ? atOnce : 1;
    checkThat(changes.length >= 1 && changes.length <= most, 'changes that are noted', changes.length);
    const subject = `Ticket Status Updated: ${title}`;
    await stage.mailsAre(owner.email, ['Welcome to Helpdesk', ...changes.map(() => subject)]);
  }),
];
