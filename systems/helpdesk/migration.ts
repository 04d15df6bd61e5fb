/** How Helpdesk is taken apart, in order; README.md tells why in this order. */

import { defineMigration, extraction, reads, writes } from '@banyan/migration';
import { eventsOfTickets, eventsOfUsers } from './row-events.ts';

export default defineMigration({
  system: 'helpdesk',
  extractions: [
    // Users first, because everything else asks who somebody is: an account, a role and an end hold for everybody from the next request on. The two routes of administration that write them go along: a table has one writer.
    extraction('user', {
      service: 'user',
      routes: [
        { method: 'POST', path: '/auth/signup', effect: writes('public.users'), concernsOthers: true },
        { method: 'POST', path: '/auth/login', effect: reads('public.users') },
        { method: 'POST', path: '/auth/forgot-password', effect: writes('public.password_reset_tokens') },
        { method: 'POST', path: '/auth/reset-password', effect: writes('public.users', 'public.password_reset_tokens') },
        { method: 'POST', path: '/auth/change-password', effect: writes('public.users') },
        { method: 'PATCH', path: '/admin/users/:id/role', effect: writes('public.users'), concernsOthers: true },
        // When it is answered, services show nothing of who is gone; what the monolith lists and counts has to follow first.
        {
          method: 'DELETE',
          path: '/admin/users/:id',
          effect: writes('public.users', 'public.password_reset_tokens'),
          concernsOthers: true,
        },
      ],
      tables: [
        { source: 'public.users', target: 'public.users' },
        { source: 'public.password_reset_tokens', target: 'public.password_reset_tokens' },
      ],
      events: eventsOfUsers,
      // Not rehearsed: ids are random, and of two rows that copies have made of one request a rehearsal cannot tell that they are the same.
      gates: { shadowCompared: 50, canaryRequests: 20, writesReplayed: 0, ownerRequests: 200 },
      readByMonolith: [
        'every route asks there who somebody is',
        'tickets, comments and entries of the audit refer to users by a foreign key',
        'administrators list users there',
      ],
    }),
    // Others find what is written at once: a ticket in the inbox of whom it was given to, an entry of the audit, which is still the monolith's, in the history. What
    // a user's end takes along the service removes itself. Tickets of one moment have no order among them.
    extraction('ticket', {
      service: 'ticket',
      after: ['user'],
      routes: [
        { method: 'GET', path: '/tickets', effect: reads('public.tickets', 'public.users'), compare: { anyOrder: true } },
        { method: 'GET', path: '/tickets/inbox', effect: reads('public.tickets', 'public.users'), compare: { anyOrder: true } },
        { method: 'GET', path: '/tickets/:id', effect: reads('public.tickets', 'public.users') },
        {
          method: 'GET',
          path: '/tickets/:id/comments',
          effect: reads('public.tickets', 'public.ticket_comments', 'public.users'),
          compare: { anyOrder: true },
        },
        { method: 'POST', path: '/tickets', effect: writes('public.tickets'), concernsOthers: true },
        { method: 'PATCH', path: '/tickets/:id', effect: writes('public.tickets'), concernsOthers: true },
        { method: 'PATCH', path: '/tickets/:id/assign', effect: writes('public.tickets'), concernsOthers: true },
        { method: 'POST', path: '/tickets/:id/comments', effect: writes('public.ticket_comments'), concernsOthers: true },
        {
          method: 'DELETE',
          path: '/tickets/:id',
          effect: writes('public.tickets', 'public.ticket_comments'),
          concernsOthers: true,
        },
      ],
      tables: [
        { source: 'public.tickets', target: 'public.tickets' },
        { source: 'public.ticket_comments', target: 'public.ticket_comments' },
      ],
      events: eventsOfTickets,
      tells: ['ticket'],
      followedUpBy: ['ticket', 'bridge'],
      // Not rehearsed, as users: ids are random.
      gates: { shadowCompared: 200, canaryRequests: 20, writesReplayed: 0, ownerRequests: 200 },
      readByMonolith: ['administrators see how many tickets there are'],
    }),
    // No routes: mails follow from events. The monolith's mailer is stopped before its queue is fenced; what it has not sent the service sends.
    extraction('notification', {
      service: 'notification',
      after: ['user', 'ticket'],
      tables: [{ source: 'public.email_outbox', target: 'public.email_outbox' }],
      tells: ['notification'],
      sidePrograms: ['mailer'],
      gates: { writesReplayed: 0, ownerRequests: 0 },
    }),
  ],
});
