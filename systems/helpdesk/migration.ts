/** How Helpdesk is taken apart, in order; README.md tells why in this order. */

import { defineMigration, extraction, reads, writes } from '@banyan/migration';
import { eventsOfUsers } from './row-events.ts';

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
  ],
});
