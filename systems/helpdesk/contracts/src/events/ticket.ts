/** What the ticket service publishes: what happens to tickets, and what is said about them. Null is what a row of the monolith, where it tells the event, does not say. */
import { event } from '@banyan/contract';
import { z } from 'zod';
import { ticketStatus } from '../ticket-shapes.ts';
import { id } from '../users.ts';

const time = () => z.iso.datetime();
const email = z.string().nullable();
const actorId = id.nullable().meta({ description: 'Who has done it' });

export const ticketCreated = event({
  type: 'ticket.created',
  version: 1,
  summary: 'Somebody has asked for something',
  key: 'ticketId',
  personal: ['title', 'description', 'userEmail'],
  data: z.object({
    ticketId: id,
    userId: id,
    title: z.string(),
    description: z.string(),
    status: ticketStatus,
    createdAt: time(),
    userEmail: email,
  }),
});

export const ticketUpdated = event({
  type: 'ticket.updated',
  version: 1,
  summary: 'A ticket was written, with or without a change',
  key: 'ticketId',
  data: z.object({
    ticketId: id,
    userId: id,
    actorId,
    status: ticketStatus,
    changed: z
      .array(z.enum(['status', 'assignedToUserId']))
      .meta({ description: 'Empty where a row of the monolith tells it: it does not say what' }),
    updatedAt: time(),
  }),
});

export const ticketStatusChanged = event({
  type: 'ticket.status_changed',
  version: 1,
  summary: 'A ticket has another status than before',
  key: 'ticketId',
  personal: ['title', 'userEmail'],
  data: z.object({
    ticketId: id,
    userId: id,
    userEmail: email,
    title: z.string(),
    oldStatus: ticketStatus,
    newStatus: ticketStatus,
    actorId,
    updatedAt: time(),
  }),
});

export const ticketAssigned = event({
  type: 'ticket.assigned',
  version: 1,
  summary: 'An administrator has said whose a ticket is to do, also when it was theirs already, or nobody’s',
  key: 'ticketId',
  personal: ['title', 'userEmail', 'assigneeEmail'],
  data: z.object({
    ticketId: id,
    userId: id,
    userEmail: email,
    title: z.string(),
    assignedToUserId: id
      .nullable()
      .optional()
      .meta({ description: 'Null: nobody’s. Absent: the request had none, and nothing has changed' }),
    assigneeEmail: email,
    previousAssigneeId: id.nullable(),
    actorId,
    updatedAt: time(),
  }),
});

export const ticketDeleted = event({
  type: 'ticket.deleted',
  version: 1,
  summary: 'A ticket is gone, with what was said about it',
  key: 'ticketId',
  data: z.object({
    ticketId: id,
    userId: id.nullable(),
    actorId: actorId.meta({ description: 'Who has done it; null where it follows from the end of its owner' }),
    commentCount: z.int().nonnegative().nullable(),
    deletedAt: time(),
  }),
});

export const ticketCommentAdded = event({
  type: 'ticket.comment_added',
  version: 1,
  summary: 'Somebody has said something about a ticket; what, stays with it',
  key: 'ticketId',
  data: z.object({
    commentId: id,
    ticketId: id,
    authorId: id,
    isInternal: z.boolean(),
    bodyLength: z.int().nonnegative(),
    createdAt: time(),
  }),
});
