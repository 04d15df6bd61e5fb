/** How tickets and comments are shown. */
import { z } from 'zod';
import { id, role, userReference } from './users.ts';

export const ticketStatuses = ['OPEN', 'IN_PROGRESS', 'DONE'] as const;
export const ticketStatus = z.enum(ticketStatuses);
export type TicketStatus = z.output<typeof ticketStatus>;

export const person = z.strictObject(userReference);

export const ticketCore = {
  id,
  userId: id,
  title: z.string(),
  description: z.string(),
  status: ticketStatus,
  assignedToUserId: id.nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

export const ticketView = z.strictObject({ ...ticketCore, user: person, assignedTo: person.nullable() });

export const comment = z.strictObject({
  id,
  ticketId: id,
  authorId: id,
  body: z.string(),
  isInternal: z.boolean().meta({ description: 'A mark; nobody is kept from reading it' }),
  createdAt: z.iso.datetime(),
  author: z.strictObject({ ...userReference, role }),
});
