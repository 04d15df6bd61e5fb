/** What is read of tickets and of what is said about them. */
import { endpoint } from '@banyan/contract';
import { z } from 'zod';
import { hasNul, invalid, refusal, serverError, unauthorized } from './refusals.ts';
import { comment, ticketView } from './ticket-shapes.ts';
import { id } from './users.ts';

const [tickets, users] = ['public.tickets', 'public.users'];
const asked = { method: 'GET', caller: 'user', effect: { reads: [tickets, users], writes: [] } } as const;
const list = { description: 'The newest first', body: z.array(ticketView) };
const failed = serverError('Something failed that is not the client’s to mend');
const params = z.object({ id: id.meta({ examples: ['nothing'] }) });
const unknown = { description: 'No such ticket', body: refusal(404, 'Not Found') };
const refusedId = serverError('An id with a NUL', ({ params: { id: given } }) => hasNul(given));

const listTickets = endpoint({
  ...asked,
  name: 'tickets.list',
  path: '/tickets',
  summary: 'One’s own tickets; an administrator may ask for all',
  request: { query: z.object({ showAll: z.string().optional().meta({ description: 'Only `true` counts' }) }) },
  responses: { 200: list, 401: unauthorized, 500: failed },
});

const inbox = endpoint({
  ...asked,
  name: 'tickets.inbox',
  path: '/tickets/inbox',
  summary: 'Those that are one’s to do',
  responses: { 200: list, 401: unauthorized, 500: failed },
});

const viewTicket = endpoint({
  ...asked,
  name: 'tickets.view',
  path: '/tickets/:id',
  summary: 'One ticket, for who made it, who has it to do, and administrators',
  request: { params },
  responses: {
    200: { description: 'The ticket', body: ticketView },
    400: invalid,
    401: unauthorized,
    403: { description: 'For others', body: refusal(403, 'Forbidden') },
    404: unknown,
    500: refusedId,
  },
});

const listComments = endpoint({
  ...asked,
  name: 'tickets.comments',
  path: '/tickets/:id/comments',
  summary: 'What has been said about any ticket, the oldest first, internal notes too',
  effect: { reads: [tickets, 'public.ticket_comments', users], writes: [] },
  request: { params },
  responses: {
    200: { description: 'The comments', body: z.array(comment) },
    400: invalid,
    401: unauthorized,
    404: unknown,
    500: refusedId,
  },
});

export const ticketEndpoints = [listTickets, inbox, viewTicket, listComments] as const;
