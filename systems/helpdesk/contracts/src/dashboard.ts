/** What administrators look at: who there is, and how many tickets. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { forbidden, serverError, unauthorized } from './refusals.ts';
import { role, userReference } from './users.ts';

const [tickets, users] = ['public.tickets', 'public.users'];
const asked = { method: 'GET', caller: 'admin', effect: { reads: [users], writes: [] } } as const;
const failed = serverError('Something failed that is not the client’s to mend');
const count = z.int().nonnegative();

/** How somebody is listed to whom a ticket can be assigned. */
export const agent = z.strictObject({ ...userReference, role });
export const listedUser = agent.extend({ createdAt: z.iso.datetime() });
export const ticketNumbers = z.strictObject({ totalTickets: count, openTickets: count, inProgressTickets: count, doneTickets: count });

const listAgents = endpoint({
  ...asked,
  name: 'admin.agents',
  path: '/admin/agents',
  summary: 'Everybody a ticket can be assigned to, the newest first; for agents too',
  caller: 'user',
  responses: { 200: { description: 'All users', body: z.array(agent) }, 401: unauthorized, 500: failed },
});

const listUsers = endpoint({
  ...asked,
  name: 'admin.users',
  path: '/admin/users',
  summary: 'All users, the newest first',
  responses: { 200: { description: 'All users', body: z.array(listedUser) }, 401: unauthorized, 403: forbidden, 500: failed },
});

const readStatistics = endpoint({
  ...asked,
  name: 'admin.statistics',
  path: '/admin/dashboard/statistics',
  summary: 'How many tickets there are, whoever’s they are',
  effect: { reads: [tickets, users], writes: [] },
  responses: {
    200: {
      description: 'The numbers',
      headers: { 'x-degraded': '`stats-cached`: the last known numbers, because nobody counts now' },
      body: ticketNumbers,
    },
    401: unauthorized,
    403: forbidden,
    500: failed,
  },
});

export const dashboardEndpoints = [listAgents, listUsers, readStatistics] as const;
