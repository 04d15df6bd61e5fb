// A25 to A28, A30, A31: administrators and their users.
import { checkEqual, checkThat, eventually } from '@banyan/proof';
import { checkFailed, checkKeys, checkRefused, checkUnauthorized, type Comment, type Role, type TicketView, userKeys } from '../bodies.ts';
import { scenario } from '../define.ts';
import { followsWithinMs, type Person, type Stage } from '../stage.ts';

const forbidden = 'Insufficient permissions';

interface ListedUser {
  readonly id: string;
  readonly role: Role;
  readonly createdAt: string;
}

interface NotedRow {
  readonly actorId: string | null;
  readonly metadata: object;
}

export const administration = [
  scenario('A25', 'a role holds from the next request on, with the token from before', async (stage) => {
    const [person, admin] = [await stage.person({ firstName: 'Rosa' }), await stage.administrator()];
    checkRefused(await stage.get('/admin/users', person), 403, forbidden, 'before');
    const answer = await stage.patch(`/admin/users/${person.id}/role`, { role: 'ADMIN', email: 'ignored@example.test' }, admin);
    checkEqual(answer.status, 200, 'promotion');
    checkKeys(answer.json() as object, [...userKeys, 'role'], 'user');
    checkEqual(answer.json(), { id: person.id, email: person.email, firstName: 'Rosa', lastName: null, role: 'ADMIN' }, 'user');
    checkEqual((await stage.get('/admin/users', person)).status, 200, 'promoted');
    const unchanged = await stage.patch(`/admin/users/${person.id}/role`, {}, admin);
    checkEqual([unchanged.status, (unchanged.json() as ListedUser).role], [200, 'ADMIN'], 'no role in the request');
    checkEqual((await stage.patch(`/admin/users/${person.id}/role`, { role: 'AGENT' }, person)).status, 200, 'one demotes oneself');
    checkRefused(await stage.get('/admin/users', person), 403, forbidden, 'demoted');
    await noted(stage, person.id, 'user.role_changed', [
      { actorId: null, metadata: { oldRole: 'AGENT', newRole: 'ADMIN' } },
      { actorId: null, metadata: { oldRole: 'ADMIN' } },
      { actorId: null, metadata: { oldRole: 'ADMIN', newRole: 'AGENT' } },
    ]);
    for (const role of ['agent', 'OWNER', null, 7]) {
      const refused = await stage.patch(`/admin/users/${person.id}/role`, { role }, admin);
      if (stage.target.flags.has('fix.validation')) checkEqual(refused.status, 400, `role ${role}`);
      else checkFailed(refused, `role ${role}`);
    }
    checkRefused(await stage.patch('/admin/users/unknown/role', { role: 'AGENT' }, admin), 404, 'User not found', 'an unknown user');
  }),

  scenario('A26', 'administrators delete others, not themselves, and agents nobody', async (stage) => {
    const [person, admin] = [await stage.person(), await stage.administrator()];
    checkRefused(await stage.delete(`/admin/users/${admin.id}`, admin), 400, 'You cannot delete your own account', 'oneself');
    checkRefused(await stage.delete('/admin/users/unknown', admin), 404, 'User not found', 'an unknown user');
    checkRefused(await stage.delete(`/admin/users/${admin.id}`, person), 403, forbidden, 'an agent');
  }),

  scenario('A27', 'who is deleted takes along what is theirs, at once, and leaves what is others’', deleteWithEverything),

  scenario('A28', 'an e-mail that was deleted signs up again, as somebody else', async (stage) => {
    const person = await stage.person();
    const ticket = await stage.ticket(person);
    const gone = await stage.removeUser(person.id);
    checkEqual([gone.status, gone.text], [200, '{"message":"User deleted successfully"}'], 'delete');
    const again = await stage.person({ email: person.email });
    checkThat(again.id !== person.id, 'a new id', again.id);
    checkEqual(await stage.idsOf('/tickets', again), [], 'tickets');
    checkRefused(await stage.get(`/tickets/${ticket.id}`, again), 404, 'Ticket not found', 'the old ticket');
  }),

  scenario('A30', 'everybody sees whom tickets can be assigned to, administrators see users and numbers', async (stage) => {
    const [first, second] = [await stage.person(), await stage.person()];
    const admin = await stage.administrator();
    for (const path of ['/admin/users', '/admin/dashboard/statistics']) checkRefused(await stage.get(path, first), 403, forbidden, path);
    for (const path of ['/admin/agents', '/admin/users', '/admin/dashboard/statistics'])
      checkUnauthorized(await stage.client.get(path), `${path} without a token`);
    const agents = await stage.ok<ListedUser[]>('/admin/agents', first);
    checkKeys(agents[0] ?? {}, [...userKeys, 'role'], 'agent');
    const users = await stage.ok<ListedUser[]>('/admin/users', admin);
    checkKeys(users[0] ?? {}, [...userKeys, 'role', 'createdAt'], 'user');
    for (const [list, name] of [
      [agents, 'agents'],
      [users, 'users'],
    ] as const) {
      const ids = list.map(({ id }) => id).filter((id) => [first.id, second.id, admin.id].includes(id));
      checkEqual(ids, [admin.id, second.id, first.id], `${name}, newest first`);
    }
    const times = users.map(({ createdAt }) => createdAt);
    checkEqual(times, times.toSorted().toReversed(), 'newest first');
  }),

  scenario(
    'A31',
    'the numbers of the dashboard are those of the lists',
    async (stage) => {
      const [person, admin] = [await stage.person(), await stage.administrator()];
      const agrees = async (what: string) => {
        const all = await stage.ok<TicketView[]>('/tickets?showAll=true', admin);
        const of = (status: string) => all.filter((ticket) => ticket.status === status).length;
        const counted = {
          totalTickets: all.length,
          openTickets: of('OPEN'),
          inProgressTickets: of('IN_PROGRESS'),
          doneTickets: of('DONE'),
        };
        const numbers = await stage.ok<object>('/admin/dashboard/statistics', admin);
        checkKeys(numbers, Object.keys(counted), 'numbers');
        checkEqual(numbers, counted, what);
        return all.length;
      };
      const before = await agrees('before');
      const tickets = [await stage.ticket(person), await stage.ticket(person), await stage.ticket(person)];
      checkEqual(await agrees('created'), before + 3, 'created');
      await stage.setStatus(tickets[0]?.id ?? '', 'IN_PROGRESS', person);
      await stage.setStatus(tickets[1]?.id ?? '', 'DONE', person);
      await agrees('moved on');
      await stage.delete(`/tickets/${tickets[0]?.id}`, person);
      checkEqual(await agrees('deleted'), before + 2, 'deleted');
      checkEqual((await stage.removeUser(person.id)).status, 200, 'delete the owner');
      checkEqual(await agrees('owner deleted'), before, 'owner deleted');
    },
    { exclusive: 'it counts the tickets of everybody' },
  ),
];

/** B owns a ticket that is C's to do, C owns one that B and D have commented on; C goes. */
async function deleteWithEverything(stage: Stage): Promise<void> {
  const [b, c, d] = (await stage.people(3)) as [Person, Person, Person];
  const admin = await stage.administrator();
  const [kept, gone] = [await stage.ticket(b), await stage.ticket(c)];
  await stage.assign(kept.id, c, admin);
  await stage.comment(gone.id, 'from b', b);
  await stage.comment(gone.id, 'from d', d);
  const stays = await stage.comment(kept.id, 'from d', d);
  await stage.comment(kept.id, 'from c', c);
  await stage.setStatus(kept.id, 'IN_PROGRESS', c);
  const before = await stage.view(kept.id, b);

  const answer = await stage.delete(`/admin/users/${c.id}`, admin);
  checkEqual([answer.status, answer.text], [200, '{"message":"User deleted successfully"}'], 'delete');
  for (const reader of [b, d, admin])
    checkRefused(await stage.get(`/tickets/${gone.id}`, reader), 404, 'Ticket not found', 'the ticket of who is gone');
  checkRefused(await stage.get(`/tickets/${gone.id}/comments`, b), 404, 'Ticket not found', 'its comments');
  checkEqual(await stage.view(kept.id, b), { ...before, assignedToUserId: null, assignedTo: null }, 'the ticket that was theirs to do');
  checkEqual(await stage.ok<Comment[]>(`/tickets/${kept.id}/comments`, b), [stays], 'comments of others stay');
  const changes = (await stage.history(kept.id, b)).filter(({ action }) => action === 'ticket.status_changed');
  checkEqual(
    changes.map(({ actorId, actor }) => [actorId, actor]),
    [[null, null]],
    'what they did was done by nobody',
  );
  checkUnauthorized(await stage.get('/tickets', c), 'their token');
  checkRefused(await stage.logIn(c), 401, 'Invalid credentials', 'their log-in');
  checkThat(!(await stage.idsOf('/admin/agents', b)).includes(c.id), 'they are on no list');
  checkRefused(await stage.patch(`/admin/users/${c.id}/role`, { role: 'ADMIN' }, admin), 404, 'User not found', 'their role');
  await noted(stage, c.id, 'user.deleted', [{ actorId: admin.id, metadata: { email: c.email, role: 'AGENT' } }]);
}

/** Entries about users have no route: they are looked at where they are kept, oldest first. */
async function noted({ target }: Stage, entityId: string, action: string, expected: readonly NotedRow[]): Promise<void> {
  const text = 'select "actorId", metadata from audit_events where "entityId" = $1 and action = $2 order by "createdAt"';
  await eventually(
    async () => checkEqual(await target.control.sql<NotedRow>('audit_events', text, [entityId, action]), expected, `noted ${action}`),
    {
      timeoutMs: followsWithinMs,
    },
  );
}
