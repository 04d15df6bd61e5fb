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
        { method: 'POST', path: '/auth/login', effect: reads('public.users'), compare: { tokens: ['token'] } },
        { method: 'POST', path: '/auth/forgot-password', effect: writes('public.password_reset_tokens') },
        { method: 'POST', path: '/auth/reset-password', effect: writes('public.users', 'public.password_reset_tokens') },
        { method: 'POST', path: '/auth/change-password', effect: writes('public.users') },
        // New: as long as the monolith owns users it answers that there is no such route.
        { method: 'GET', path: '/auth/me', effect: reads('public.users'), shadowable: false },
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
      followedUpBy: ['admin'],
      readByMonolith: [
        { what: 'entries of the audit refer to users by a foreign key, and who asks for them is looked up there', by: 'audit' },
        { what: 'tickets and comments refer to users by a foreign key', by: 'ticket' },
        { what: 'administrators list users there', by: 'admin' },
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
      followedUpBy: ['ticket', 'bridge', 'admin'],
      // Not rehearsed, as users: ids are random.
      gates: { shadowCompared: 200, canaryRequests: 20, writesReplayed: 0, ownerRequests: 200 },
      readByMonolith: [{ what: 'administrators see how many tickets there are', by: 'admin' }],
    }),
    // No routes: mails follow from events. The monolith's mailer is stopped before its queue is fenced; what it has not sent the service sends.
    extraction('notification', {
      service: 'notification',
      after: ['user', 'ticket'],
      tables: [{ source: 'public.email_outbox', target: 'public.email_outbox' }],
      tells: ['notification'],
      sidePrograms: ['mailer'],
      // A cutover waits for what the mail server has in hand, as long as the service waits for the mail server.
      gates: { writesReplayed: 0, ownerRequests: 0, cutoverBudgetMs: 15_000 },
    }),
    // What the bridge has added comes along with the rows; from the cutover on it is refused, and the service keeps the entries itself. Those of one moment have no
    // order among them. What administrators look for the monolith does not have.
    extraction('audit', {
      service: 'audit',
      after: ['user', 'ticket'],
      routes: [
        {
          method: 'GET',
          path: '/tickets/:id/audit',
          effect: reads('public.audit_events', 'public.users'),
          compare: { anyOrder: true },
        },
        { method: 'GET', path: '/audit/entity/:type/:id', effect: reads('public.audit_events', 'public.users'), shadowable: false },
        { method: 'GET', path: '/audit/actor/:id', effect: reads('public.audit_events', 'public.users'), shadowable: false },
        { method: 'GET', path: '/audit/search', effect: reads('public.audit_events', 'public.users'), shadowable: false },
      ],
      tables: [{ source: 'public.audit_events', target: 'public.audit_events' }],
      tells: ['audit'],
      gates: { shadowCompared: 100, canaryRequests: 20, writesReplayed: 0, ownerRequests: 100 },
    }),
    // Its service owns nothing: it asks those of users and of tickets. What administrators write has gone with the users. A share of four administrators is nobody.
    extraction('admin', {
      service: 'admin',
      after: ['user', 'ticket'],
      canaryShares: [100],
      routes: [
        { method: 'GET', path: '/admin/agents', effect: reads('public.users'), compare: { anyOrder: true } },
        { method: 'GET', path: '/admin/users', effect: reads('public.users'), compare: { anyOrder: true } },
        { method: 'GET', path: '/admin/dashboard/statistics', effect: reads('public.tickets', 'public.users') },
      ],
      gates: { shadowCompared: 20, canaryRequests: 10, writesReplayed: 0, ownerRequests: 100 },
    }),
    // Probes, metrics, the documentation, and the answers to what nobody knows: with them nothing reaches the monolith any more. Metrics are those of the program
    // that answers, and are not compared.
    extraction('rest', {
      service: 'admin',
      after: ['user', 'ticket', 'notification', 'audit', 'admin'],
      canaryShares: [100],
      routes: [
        { method: 'GET', path: '/health', effect: reads() },
        { method: 'GET', path: '/ready', effect: reads() },
        { method: 'GET', path: '/metrics', effect: reads(), shadowable: false },
        { method: 'GET', path: '/api/docs', effect: reads() },
        { method: 'GET', path: '/api/docs-json', effect: reads() },
        { method: '*', path: '/*', effect: reads() },
      ],
      gates: { shadowCompared: 10, canaryRequests: 5, writesReplayed: 0, ownerRequests: 10 },
    }),
  ],
});
