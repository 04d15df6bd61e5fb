/** What is done with tickets: they are made, moved on, given to somebody, spoken about, deleted. */
import { endpoint, type GivenRequest } from '@banyan/contract';
import { z } from 'zod';
import { forbidden, hasNul, invalid, notNow, refusal, serverError, tooLarge, unauthorized, unreadableBody } from './refusals.ts';
import { comment, person, ticketCore, ticketStatus, ticketView } from './ticket-shapes.ts';
import { id, role, userReference } from './users.ts';

const [tickets, comments, users] = ['public.tickets', 'public.ticket_comments', 'public.users'];
const params = z.object({ id: id.meta({ examples: ['nothing'] }) });
const refused = { 400: invalid, 401: unauthorized, 413: tooLarge, 415: unreadableBody, 503: notNow };
const unknown = { description: 'No such ticket', body: refusal(404, 'Not Found') };
const isMended = ({ flags }: GivenRequest) => flags.has('fix.validation');
const fieldOf = (body: unknown, field: string) => (body as Record<string, unknown> | undefined)?.[field];

const createTicket = endpoint({
  name: 'tickets.create',
  method: 'POST',
  path: '/tickets',
  summary: 'Makes a ticket of one’s own, open and nobody’s to do',
  caller: 'user',
  effect: { reads: [users], writes: [tickets] },
  request: {
    body: z
      .object({ title: z.string().min(1), description: z.string().min(1) })
      .meta({ examples: [{ title: 'The printer', description: 'It does not print.' }] }),
  },
  responses: {
    201: { description: 'The ticket', body: z.strictObject({ ...ticketCore, user: person }) },
    ...refused,
    500: serverError('A text with a NUL, which the database does not keep', ({ body }) => hasNul(body)),
  },
});

const changeStatus = endpoint({
  name: 'tickets.change-status',
  method: 'PATCH',
  path: '/tickets/:id',
  summary: 'Moves any ticket on, to any status; without one nothing changes',
  caller: 'user',
  effect: { reads: [tickets, users], writes: [tickets] },
  request: { params, body: z.object({ status: ticketStatus.optional() }).meta({ examples: [{ status: 'DONE' }] }) },
  responses: {
    200: { description: 'The ticket', body: ticketView },
    ...refused,
    404: unknown,
    500: serverError(
      'A status that is null, or an id with a NUL',
      (request) => hasNul(request.params['id']) || (fieldOf(request.body, 'status') === null && !isMended(request)),
    ),
  },
});

const personWithTimes = z.strictObject({ ...userReference, role, createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() });

const assign = endpoint({
  name: 'tickets.assign',
  method: 'PATCH',
  path: '/tickets/:id/assign',
  summary: 'Says whose a ticket is to do: somebody’s, or nobody’s; without a word about it nothing changes',
  caller: 'admin',
  effect: { reads: [tickets, users], writes: [tickets] },
  request: { params, body: z.object({ assignedToUserId: id.nullable().optional() }).meta({ examples: [{ assignedToUserId: null }] }) },
  responses: {
    200: {
      description: 'The ticket, with all that is shown of its people',
      body: z.strictObject({ ...ticketCore, user: personWithTimes, assignedTo: personWithTimes.nullable() }),
    },
    ...refused,
    403: forbidden,
    404: { ...unknown, description: 'No such ticket, with flag fix.validation' },
    500: serverError('No such ticket or no such user', (request) => {
      const wanted = fieldOf(request.body, 'assignedToUserId');
      const isNobody = wanted !== undefined && wanted !== null && !request.exists(users, wanted);
      return hasNul([request.params['id'], wanted]) || (!isMended(request) && (isNobody || !request.exists(tickets, request.params['id'])));
    }),
  },
});

const addComment = endpoint({
  name: 'tickets.add-comment',
  method: 'POST',
  path: '/tickets/:id/comments',
  summary: 'Says something about any ticket; an internal note is marked, and everybody reads it',
  caller: 'user',
  effect: { reads: [tickets, users], writes: [comments] },
  request: {
    params,
    body: z
      .object({ body: z.string(), isInternal: z.boolean().optional() })
      .meta({ examples: [{ body: 'I have the same.', isInternal: false }] }),
  },
  responses: {
    201: { description: 'The comment', body: comment },
    ...refused,
    404: unknown,
    500: serverError('A text that is none, a mark that is neither there nor not, or a NUL', (request) => {
      const [text, isInternal] = [fieldOf(request.body, 'body'), fieldOf(request.body, 'isInternal')];
      const isOdd = typeof text !== 'string' || (!isInternal && isInternal !== undefined && isInternal !== false);
      return hasNul([request.params['id'], text]) || (isOdd && !isMended(request));
    }),
  },
});

const deleteTicket = endpoint({
  name: 'tickets.delete',
  method: 'DELETE',
  path: '/tickets/:id',
  summary: 'Deletes a ticket with what was said about it, for who made it and administrators',
  caller: 'user',
  effect: { reads: [tickets, users], writes: [tickets, comments] },
  request: { params },
  responses: {
    200: { description: 'Gone', body: z.strictObject({ message: z.literal('Ticket deleted successfully') }) },
    ...refused,
    403: { description: 'For others, also for whose it is to do', body: refusal(403, 'Forbidden') },
    404: unknown,
    500: serverError('An id with a NUL; also whoever deletes it at the same moment and is not the first', ({ params: { id: given } }) =>
      hasNul(given),
    ),
  },
});

export const ticketChangeEndpoints = [createTicket, changeStatus, assign, addComment, deleteTicket] as const;
