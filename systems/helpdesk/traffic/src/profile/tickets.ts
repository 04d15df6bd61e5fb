// Agents at work: they look at lists and tickets as the front end does, move tickets on, say something, make new ones and delete them.
import { type Asking, type SeededRandom, type TrafficAction, type TrafficSession } from '@banyan/proof';
import { at, expecting, forget, type KnownTicket, type SignedIn, type Status, type World } from './world.ts';

const burstChanges = 30;

type Parts = { readonly world: World; readonly random: SeededRandom };

export const get = (group: string, what: string, path: string, by: SignedIn | undefined, ...statuses: number[]): Asking => ({
  actor: by?.id ?? 'nobody',
  group,
  what,
  method: 'GET',
  path,
  token: by?.token,
  judge: expecting(...(statuses.length === 0 ? [200] : statuses)),
});

/** One in three lists of administrators is that of all tickets. */
export function list({ world, random }: Parts): TrafficAction {
  const [isAdmin, isAll, fraction] = [random.chance(0.08), random.chance(1 / 3), random.next()];
  const path = isAdmin && isAll ? '/tickets?showAll=true' : '/tickets';
  return single(`${isAdmin ? 'administrator' : 'agent'} ${fraction}: ${path}`, () =>
    get('tickets', 'list', path, at(isAdmin ? world.administrators : world.agents, fraction)),
  );
}

export function inbox({ world, random }: Parts): TrafficAction {
  const fraction = random.next();
  return single(`agent ${fraction}: inbox`, () => get('tickets', 'inbox', '/tickets/inbox', at(world.agents, fraction)));
}

/** Ticket, comments and history together, as the page of a ticket asks for them; whoever may not see the ticket sees the rest. */
export function open({ world, random }: Parts): TrafficAction {
  const [who, which] = [random.next(), random.next()];
  return {
    name: `agent ${who}: opens ticket ${which}`,
    cost: 3,
    run: async (session) => {
      const [agent, ticket] = [at(world.agents, who), at(world.tickets, which)];
      if (ticket === undefined) return;
      await Promise.all([
        session.ask(get('tickets', 'ticket', `/tickets/${ticket.id}`, agent, 200, 403, 404)),
        session.ask(get('comments', 'comments', `/tickets/${ticket.id}/comments`, agent, 200, 404)),
        session.ask(get('audit', 'history', `/tickets/${ticket.id}/audit`, agent)),
      ]);
    },
  };
}

export function view({ world, random }: Parts): TrafficAction {
  const [who, which] = [random.next(), random.next()];
  return single(`administrator ${who}: looks at ticket ${which}`, () =>
    get('tickets', 'ticket', `/tickets/${at(world.tickets, which)?.id}`, at(world.administrators, who), 200, 404),
  );
}

export function comments({ world, random }: Parts): TrafficAction {
  const [who, which] = [random.next(), random.next()];
  return single(`agent ${who}: comments of ${which}`, () =>
    get('comments', 'comments', `/tickets/${at(world.tickets, which)?.id}/comments`, at(world.agents, who), 200, 404),
  );
}

/** To another status, then ticket and history again. */
export function move(parts: Parts): TrafficAction {
  return moving(parts, 1, 'moves');
}

/** One ticket in a hurry. */
export function burst(parts: Parts): TrafficAction {
  return moving(parts, burstChanges, 'moves often');
}

function moving({ world, random }: Parts, times: number, verb: string): TrafficAction {
  const [who, which, isOwn] = [random.next(), random.next(), random.chance(0.6)];
  const turns = Array.from({ length: times }, () => random.below(2));
  return {
    name: `agent ${who}: ${verb} ticket ${which}`,
    cost: times + 2,
    run: async (session) => {
      const agent = at(world.agents, who);
      const ticket = at(isOwn ? world.ownTickets : world.tickets, which) ?? at(world.tickets, which);
      if (agent === undefined || ticket === undefined) return;
      await world.inTurn(ticket.id, async () => {
        for (const turn of turns) await changeStatus(world, session, ticket, agent, turn);
      });
      await session.ask(get('tickets', 'ticket', `/tickets/${ticket.id}`, agent, 200, 403, 404));
      await session.ask(get('audit', 'history', `/tickets/${ticket.id}/audit`, agent));
    },
  };
}

const statuses: readonly Status[] = ['OPEN', 'IN_PROGRESS', 'DONE'];

/** Always to another one than it has. */
async function changeStatus(world: World, session: TrafficSession, ticket: KnownTicket, by: SignedIn, turn: number): Promise<void> {
  if (!world.tickets.includes(ticket)) return;
  const status = statuses.filter((one) => one !== ticket.status)[turn] ?? 'DONE';
  const answer = await session.ask({
    actor: by.id,
    group: 'tickets',
    what: 'status',
    method: 'PATCH',
    path: `/tickets/${ticket.id}`,
    token: by.token,
    body: { status },
    facts: { ticketId: ticket.id, status, actorId: by.id },
    judge: expecting(200, 404),
  });
  if (answer?.status === 200) ticket.status = status;
  else forget(world, ticket);
}

export function comment({ world, random }: Parts, words: string): TrafficAction {
  const [who, which, isInternal] = [random.next(), random.next(), random.chance(0.2)];
  return {
    name: `agent ${who}: comments on ticket ${which}`,
    cost: 2,
    run: async (session) => {
      const [agent, ticket] = [at(world.agents, who), at(world.tickets, which)];
      if (agent === undefined || ticket === undefined) return;
      await say(session, ticket.id, agent, words, isInternal);
      await session.ask(get('comments', 'comments', `/tickets/${ticket.id}/comments`, agent, 200, 404));
    },
  };
}

export async function say(session: TrafficSession, ticketId: string, by: SignedIn, body: string, isInternal = false): Promise<void> {
  await session.ask({
    actor: by.id,
    group: 'comments',
    what: 'comment',
    method: 'POST',
    path: `/tickets/${ticketId}/comments`,
    token: by.token,
    body: { body, isInternal },
    facts: { ticketId, authorId: by.id, body },
    judge: expecting(201, 404),
  });
}

export function create({ world, random }: Parts, title: string): TrafficAction {
  const who = random.next();
  return {
    name: `agent ${who}: creates a ticket`,
    cost: 2,
    run: async (session) => {
      const agent = at(world.agents, who);
      if (agent === undefined) return;
      const ticket = await createTicket(session, agent, title);
      if (ticket !== undefined) for (const known of [world.tickets, world.ownTickets]) known.push(ticket);
      await session.ask(get('tickets', 'list', '/tickets', agent));
    },
  };
}

export async function createTicket(session: TrafficSession, by: SignedIn, title: string): Promise<KnownTicket | undefined> {
  let id: string | undefined;
  await session.ask({
    actor: by.id,
    group: 'tickets',
    what: 'create',
    method: 'POST',
    path: '/tickets',
    token: by.token,
    body: { title, description: 'Made by the traffic.' },
    facts: { title, ownerId: by.id },
    judge: (answer) => {
      id = answer.status === 201 ? (answer.json as { id?: string } | undefined)?.id : undefined;
      return { ...expecting(201)(answer), ...(id !== undefined && { facts: { ticketId: id } }) };
    },
  });
  return id === undefined ? undefined : { id, ownerId: by.id, status: 'OPEN' };
}

/** One of the traffic's own. */
export function remove({ world, random }: Parts): TrafficAction {
  const which = random.next();
  return {
    name: `own ticket ${which} is deleted by its owner`,
    cost: 1,
    run: async (session) => {
      const ticket = at(world.ownTickets, which);
      const owner = world.agents.find(({ id }) => id === ticket?.ownerId);
      if (ticket === undefined || owner === undefined) return;
      await world.inTurn(ticket.id, async () => {
        if (!world.tickets.includes(ticket)) return;
        forget(world, ticket);
        await session.ask({
          actor: owner.id,
          group: 'tickets',
          what: 'delete ticket',
          method: 'DELETE',
          path: `/tickets/${ticket.id}`,
          token: owner.token,
          facts: { ticketId: ticket.id, actorId: owner.id },
          judge: expecting(200),
        });
      });
    },
  };
}

export function single(name: string, asking: () => Asking): TrafficAction {
  return { name, cost: 1, run: async (session: TrafficSession) => void (await session.ask(asking())) };
}
