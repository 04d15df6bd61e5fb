// Administrators at work: they hand tickets out, look at numbers and people, change roles, and now and then somebody has to go.
import { type SeededRandom, type TrafficAction, type TrafficSession } from '@banyan/proof';
import { createTicket, get, say, single } from './tickets.ts';
import { at, expecting, forget, type KnownTicket, type Newcomer, type SignedIn, type World } from './world.ts';

type Parts = { readonly world: World; readonly random: SeededRandom };

/** To an agent, or to nobody; then the ticket again. */
export function assign({ world, random }: Parts): TrafficAction {
  const [who, which, whom, isTakenBack] = [random.next(), random.next(), random.next(), random.chance(0.15)];
  return {
    name: `administrator ${who}: assigns ticket ${which} to ${isTakenBack ? 'nobody' : whom}`,
    cost: 2,
    run: async (session) => {
      const [admin, ticket, agent] = [at(world.administrators, who), at(world.tickets, which), at(world.agents, whom)];
      if (admin === undefined || ticket === undefined || agent === undefined) return;
      await world.inTurn(ticket.id, () => assignTicket(world, session, ticket, admin, isTakenBack ? null : agent.id));
      await session.ask(get('tickets', 'ticket', `/tickets/${ticket.id}`, admin, 200, 404));
    },
  };
}

async function assignTicket(
  world: World,
  session: TrafficSession,
  ticket: KnownTicket,
  by: SignedIn,
  assignedToUserId: string | null,
): Promise<void> {
  if (!world.tickets.includes(ticket)) return;
  const answer = await session.ask({
    actor: by.id,
    group: 'tickets',
    what: 'assign',
    method: 'PATCH',
    path: `/tickets/${ticket.id}/assign`,
    token: by.token,
    body: { assignedToUserId },
    facts: { ticketId: ticket.id, assignedToUserId, actorId: by.id },
    judge: expecting(200),
  });
  if (answer?.status !== 200) forget(world, ticket);
}

export function dashboard({ world, random }: Parts): TrafficAction {
  return look(world, random, 'statistics', '/admin/dashboard/statistics');
}

export function users({ world, random }: Parts): TrafficAction {
  return look(world, random, 'users', '/admin/users');
}

export function agents({ world, random }: Parts): TrafficAction {
  return look(world, random, 'agents', '/admin/agents');
}

function look(world: World, random: SeededRandom, what: string, path: string): TrafficAction {
  const who = random.next();
  return single(`administrator ${who}: ${what}`, () => get('admin', what, path, at(world.administrators, who)));
}

/** Of somebody new: up, and down again the next time; what they may do follows at once. */
export function role({ world, random }: Parts): TrafficAction {
  const [who, whom] = [random.next(), random.next()];
  return {
    name: `administrator ${who}: changes the role of newcomer ${whom}`,
    cost: 2,
    serialKey: 'newcomers',
    run: async (session) => {
      const [admin, newcomer] = [at(world.administrators, who), at(world.newcomers, whom)];
      if (admin === undefined || newcomer === undefined) return;
      const wanted = newcomer.role === 'ADMIN' ? 'AGENT' : 'ADMIN';
      const answer = await session.ask({
        actor: admin.id,
        group: 'admin',
        what: 'role',
        method: 'PATCH',
        path: `/admin/users/${newcomer.id}/role`,
        token: admin.token,
        body: { role: wanted },
        facts: { userId: newcomer.id, role: wanted },
        judge: expecting(200),
      });
      if (answer?.status !== 200) return dismiss(world, newcomer);
      newcomer.role = wanted;
      await session.ask(get('admin', 'users as newcomer', '/admin/users', newcomer, wanted === 'ADMIN' ? 200 : 403));
    },
  };
}

/** Somebody new who owns a ticket, has one to do and has said something goes, with all of it. */
export function farewell({ world, random }: Parts, words: string): TrafficAction {
  const [who, whom, which] = [random.next(), random.next(), random.next()];
  return {
    name: `administrator ${who}: deletes newcomer ${whom}`,
    cost: 6,
    serialKey: 'newcomers',
    run: async (session) => {
      const [admin, newcomer, ticket] = [at(world.administrators, who), at(world.newcomers, whom), at(world.tickets, which)];
      if (admin === undefined || newcomer === undefined || ticket === undefined) return;
      dismiss(world, newcomer);
      const own = await createTicket(session, newcomer, words);
      if (own !== undefined) await say(session, own.id, at(world.agents, whom) ?? admin, `${words}, about it`);
      await say(session, ticket.id, newcomer, `${words}, elsewhere`);
      await world.inTurn(ticket.id, () => assignTicket(world, session, ticket, admin, newcomer.id));
      await session.ask({
        actor: admin.id,
        group: 'admin',
        what: 'delete user',
        method: 'DELETE',
        path: `/admin/users/${newcomer.id}`,
        token: admin.token,
        facts: { userId: newcomer.id, email: newcomer.email, actorId: admin.id },
        judge: expecting(200),
      });
      await session.ask(get('tickets', 'list as nobody', '/tickets', newcomer, 401));
    },
  };
}

function dismiss({ newcomers }: World, newcomer: Newcomer): void {
  if (newcomers.includes(newcomer)) newcomers.splice(newcomers.indexOf(newcomer), 1);
}
