/** What services answer each other on their internal ports, and which of them may ask. */
import { internalEndpoint } from '@banyan/contract';
import { z } from 'zod';

export const userInternal = {
  validate: internalEndpoint({
    name: 'user.internal.validate',
    method: 'POST',
    path: '/internal/auth/validate',
    summary: 'Who a token says somebody is, as it holds now',
    callers: ['ticket'],
  }),
  find: internalEndpoint({
    name: 'user.internal.user',
    method: 'GET',
    path: '/internal/users/:id',
    summary: 'Who somebody is now',
    callers: ['admin', 'audit', 'ticket'],
    params: z.object({ id: z.string() }),
  }),
  refs: internalEndpoint({
    name: 'user.internal.user-refs',
    method: 'GET',
    path: '/internal/users/refs',
    summary: 'What others keep of users',
    callers: ['ticket'],
  }),
  batch: internalEndpoint({
    name: 'user.internal.users',
    method: 'POST',
    path: '/internal/users/batch',
    summary: 'Up to 500 users that no event has told of yet',
    callers: ['audit', 'ticket'],
  }),
  list: internalEndpoint({
    name: 'user.internal.list',
    method: 'GET',
    path: '/internal/users',
    summary: 'All users, in the order that is asked for: `order=createdAt.desc`',
    callers: ['admin'],
  }),
} as const;

export const ticketInternal = {
  told: internalEndpoint({
    name: 'ticket.internal.told',
    method: 'GET',
    path: '/internal/tickets/:id/events',
    summary: 'How much has been told of a ticket, and what of it the broker does not have yet',
    callers: ['audit'],
    params: z.object({ id: z.string() }),
  }),
  statistics: internalEndpoint({
    name: 'ticket.internal.statistics',
    method: 'GET',
    path: '/internal/tickets/statistics',
    summary: 'How many tickets there are, at one moment',
    callers: ['admin'],
  }),
} as const;

export const auditInternal = {
  log: internalEndpoint({
    name: 'audit.internal.log',
    method: 'POST',
    path: '/internal/audit/log',
    summary: 'An entry to be kept once, however often it is handed over under its key',
    callers: ['bridge'],
    status: 202,
  }),
} as const;

export const notificationInternal = {
  queue: internalEndpoint({
    name: 'notification.internal.queue',
    method: 'POST',
    path: '/internal/notifications/email',
    summary: 'A mail to be sent once, however often it is handed over under its key',
    callers: ['bridge'],
    status: 202,
  }),
  status: internalEndpoint({
    name: 'notification.internal.status',
    method: 'GET',
    path: '/internal/notifications/:id',
    summary: 'What has become of a mail; never what it says',
    callers: ['bridge'],
    params: z.object({ id: z.string() }),
  }),
} as const;
